using System.Diagnostics;

namespace WorkerTracing.Tests;

/// <summary>Ended spans of every shape, from a seed.</summary>
internal sealed class GeneratedSpans : IDisposable
{
    private static readonly string[] Texts =
    [
        "", "job", "a name with spaces", "ärger", "日本語のテキスト", "👩‍🚀 emoji", "a lone \ud800 surrogate",
        new string('x', 127), new string('ü', 64),
        new string('y', 5_000), "null\0inside", "line\nbreak",
    ];

    private readonly Random _random;
    private readonly ActivityListener _listener;
    private readonly ActivitySource[] _sources;

    public GeneratedSpans(int seed)
    {
        _random = new Random(seed);
        string unique = $"generated {Guid.NewGuid():n}";
        _sources =
        [
            new ActivitySource($"{unique} plain"),
            new ActivitySource($"{unique} versioned", "1.2.3"),
            new ActivitySource(new ActivitySourceOptions($"{unique} with everything")
            {
                Version = "4.5",
                Tags = [new("scope.text", new string('s', 40)), new("scope.number", 7), new("scope.nothing", null)],
                TelemetrySchemaUrl = "https://opentelemetry.io/schemas/1.30.0",
            }),
        ];
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name.StartsWith(unique, StringComparison.Ordinal),
            Sample = static (ref _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public Activity[] Make(int count) => [.. Enumerable.Range(0, count).Select(_ => Make())];

    public void Dispose()
    {
        _listener.Dispose();
        foreach (ActivitySource source in _sources)
            source.Dispose();
    }

    private Activity Make()
    {
        ActivityContext parent = _random.Next(3) == 0 ? default : Context();
        Activity.Current = null;
        Activity span = Pick(_sources).CreateActivity(
            Pick(Texts.Where(static text => text.Length > 0).ToArray()),
            (ActivityKind)_random.Next(5),
            parent,
            links: [.. Enumerable.Range(0, Few(140)).Select(_ => new ActivityLink(Context(), [.. Attributes(Few(3))]))])!;
        span.SetStartTime(DateTime.UnixEpoch.AddTicks(_random.NextInt64(DateTime.UtcNow.Ticks - DateTime.UnixEpoch.Ticks)));
        span.Start();
        if (_random.Next(2) == 0)
            span.DisplayName = Pick(Texts);
        foreach (KeyValuePair<string, object?> attribute in Attributes(Few(140)))
            span.AddTag(attribute.Key, attribute.Value);
        for (int i = Few(140); i > 0; i--)
            span.AddEvent(new ActivityEvent(Pick(Texts), span.StartTimeUtc.AddTicks(_random.Next()), [.. Attributes(Few(3))]));
        SetStatus(span);
        span.SetEndTime(span.StartTimeUtc.AddTicks(_random.NextInt64(TimeSpan.TicksPerDay)));
        span.Stop();
        return span;
    }

    private void SetStatus(Activity span)
    {
        switch (_random.Next(6))
        {
            case 0:
                span.SetStatus(ActivityStatusCode.Error, _random.Next(2) == 0 ? null : Pick(Texts));
                break;
            case 1:
                span.SetStatus(ActivityStatusCode.Ok);
                break;
            case 2:
                span.SetTag("otel.status_code", Pick("ERROR", "error", "OK", "UNSET"));
                span.SetTag("otel.status_description", Pick(Texts));
                break;
            default:
                break;
        }
    }

    /// <summary>Mostly a few, seldom so many that a limit is passed.</summary>
    private int Few(int many) => _random.Next(40) == 0 ? many : _random.Next(4);

    private ActivityContext Context() => new(
        ActivityTraceId.CreateRandom(),
        ActivitySpanId.CreateRandom(),
        (ActivityTraceFlags)_random.Next(2),
        _random.Next(3) == 0 ? "vendor=value,other=1" : null,
        _random.Next(2) == 0);

    private IEnumerable<KeyValuePair<string, object?>> Attributes(int count) =>
        Enumerable.Range(0, count).Select(i => new KeyValuePair<string, object?>($"attribute.{i}.{Pick(Texts)}", Value(depth: 0)));

    private object? Value(int depth) => _random.Next(32) switch
    {
        0 => null,
        1 => true,
        2 => _random.Next() - (int.MaxValue / 2),
        3 => long.MinValue,
        4 => _random.NextInt64(),
        5 => _random.NextDouble() * 1e9,
        6 => double.NaN,
        7 => 1.5f,
        8 => 'c',
        9 => (byte)200,
        10 => (sbyte)-3,
        11 => (short)-300,
        12 => (ushort)60_000,
        13 => 4_000_000_000u,
        14 => ulong.MaxValue,
        15 => 1.25m,
        16 => new Uri("https://example.org/path"),
        17 => DayOfWeek.Friday,
        18 => new byte[] { 1, 2, 255 },
        19 => new[] { "one", null, Pick(Texts) },
        20 => new[] { 1, -2, int.MaxValue },
        21 => new[] { 1L, long.MinValue },
        22 => new[] { 0.5, double.MaxValue },
        23 => new[] { true, false },
        24 => Pick<object>(new uint[] { 1, uint.MaxValue }, new ulong[] { 1, ulong.MaxValue }, new sbyte[] { -1 }, new[] { 'a', 'ü' }),
        25 => new object?[] { 1, "two", 3.0, null, false, 4m },
        26 => Array.Empty<string>(),
        27 when depth < 5 => new Dictionary<string, object?> { ["a"] = Value(depth + 1), ["b"] = Value(depth + 1) },
        28 => new Version(1, 2),
        29 => new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        _ => Pick(Texts),
    };

    private T Pick<T>(params T[] from) => from[_random.Next(from.Length)];
}
