using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using WorkerTracing.Testing;

namespace WorkerTracing.Tests;

/// <summary>The encoder against OpenTelemetry's own, and at its limits.</summary>
public sealed class OtlpEncodingTests
{
    private static readonly Resource Resource = new([new("service.name", "encoding"), new("numbers", new[] { 1L, 2L }), new("on", true)]);

    [TestCase(1)]
    [TestCase(2)]
    public void WriteRequest_GeneratedSpans_EqualsOpenTelemetrysExporter(int seed)
    {
        using var generated = new GeneratedSpans(seed);
        Activity[] spans = generated.Make(1_000);

        Assert.That(OtlpText.FirstDifference(Ours(spans, new SpanLimits()), Theirs(spans)), Is.Null);
    }

    /// <summary>Lengths of texts and keys at which the encoding changes, and a letter beyond ASCII at every place of a text.</summary>
    [Test]
    public void WriteRequest_EveryLength_EqualsOpenTelemetrysExporter()
    {
        using var source = new ActivitySource($"lengths {Guid.NewGuid():n}");
        using ActivityListener listener = Listen(source);
        List<Activity> spans = [];
        for (int length = 0; length < 150; length++)
        {
            using Activity span = source.StartActivity($"span {new string('n', length)}")!;
            span.SetTag("text", new string('x', length)).SetTag(new string('k', length + 1), "value").SetTag("schlüssel", length);
            span.SetTag("letter", new string('x', length) + "ü").SetTag("letters", "ü" + new string('x', length));
            span.SetTag("on", length % 2 == 0).SetTag("number", length / 7.0);
            span.SetTag("bits", (1L << length) - 1).SetTag("minus", -(1L << length)).SetTag("int", 1 << length);
            span.SetTag("long", new string('x', 16_300 + length)).SetTag("long letters", new string('ü', 16_300 + length));
            spans.Add(span);
        }

        Assert.That(OtlpText.FirstDifference(Ours([.. spans], new SpanLimits()), Theirs([.. spans])), Is.Null);
    }

    [Test]
    public void Write_AttributeWithoutAKey_KeepsItsValue()
    {
        using var source = new ActivitySource($"keys {Guid.NewGuid():n}");
        using ActivityListener listener = Listen(source);
        using Activity span = source.StartActivity("span")!;
        span.AddTag(null!, "text").AddTag(null!, 1);

        string line = Ours([span], new SpanLimits()).Single();

        Assert.That(line, Does.Contain("9=attribute(1='' 2=any(1='text')) 9=attribute(1='' 2=any(3=1))"));
    }

    [Test]
    public void WriteRequest_AnyRange_HoldsItsSpansAlone()
    {
        using var generated = new GeneratedSpans(3);
        Activity[] spans = generated.Make(50);
        using OtlpBatch batch = Encode(spans, new SpanLimits());
        using OtlpRequest request = batch.CreateRequest();

        List<string> parts = [];
        foreach ((int first, int end) in new[] { (0, 1), (1, 20), (20, 49), (49, 50) })
        {
            request.Begin();
            batch.WriteRequest(first, end, request);
            parts.AddRange(OtlpText.Lines(Joined(request)));
        }

        parts.Sort(StringComparer.Ordinal);
        Assert.That(parts, Is.EqualTo(Ours(spans, new SpanLimits())));
    }

    [Test]
    public void RemoveBefore_LeavesTheRest_AsIfTheyHadBeenAddedAlone()
    {
        using var generated = new GeneratedSpans(4);
        Activity[] spans = generated.Make(30);
        using OtlpBatch batch = Encode(spans, new SpanLimits());
        using OtlpBatch rest = Encode(spans[10..], new SpanLimits());
        using OtlpRequest request = batch.CreateRequest();

        batch.RemoveBefore(10);
        request.Begin();
        batch.WriteRequest(0, batch.Count, request);

        Assert.That(OtlpText.Lines(Joined(request)), Is.EqualTo(Ours(spans[10..], new SpanLimits())));
        Assert.That(batch.RequestBytes, Is.EqualTo(rest.RequestBytes));
    }

    [Test]
    public void RequestBytes_IsNeverLessThanTheRequest()
    {
        using var generated = new GeneratedSpans(5);
        using OtlpBatch batch = Encode(generated.Make(300), new SpanLimits());
        using OtlpRequest request = batch.CreateRequest();

        request.Begin();
        batch.WriteRequest(0, batch.Count, request);

        Assert.That(request.Length, Is.LessThanOrEqualTo(batch.RequestBytes).And.GreaterThan(batch.RequestBytes * 0.95));
    }

    [Test]
    public void Write_UnreadableValues_KeepTheirKeysAndTheirNeighbours()
    {
        using var source = new ActivitySource($"unreadable {Guid.NewGuid():n}");
        using ActivityListener listener = Listen(source);
        using Activity span = source.StartActivity("span")!;
        span.SetTag("before", 1);
        span.SetTag("throws", new Throwing());
        span.SetTag("list", new UnreadableDictionary<object?>());
        span.SetTag("endless", Endless());
        span.SetTag("after", 2);
        span.Stop();

        string line = Ours([span], new SpanLimits()).Single();

        Assert.That(line, Does.Contain("9=attribute(1='before' 2=any(3=1)) 9=attribute(1='throws' 2=any()) 9=attribute(1='list' 2=any())"));
        Assert.That(line, Does.Contain("9=attribute(1='after' 2=any(3=2))"));
    }

    [Test]
    public void Write_OnceWarm_AllocatesNothing()
    {
        using var generated = new GeneratedSpans(6);
        using var source = new ActivitySource($"warm {Guid.NewGuid():n}");
        using ActivityListener listener = Listen(source);
        using Activity span = source.StartActivity("a usual span", ActivityKind.Consumer)!;
        span.SetTag("text", "value").SetTag("number", 1).SetTag("on", true).SetTag("tags", new[] { "a", "b" });
        span.AddEvent(new ActivityEvent("happened", tags: new() { ["why"] = "because" }));
        span.Stop();
        var encoder = new OtlpSpanEncoder(new SpanLimits());
        using var writer = new ProtobufWriter();
        encoder.Write(span, writer);

        long allocated = Allocations.Of(() =>
        {
            for (int i = 0; i < 1_000; i++)
            {
                writer.Clear();
                encoder.Write(span, writer);
            }
        });

        Assert.That(allocated, Is.Zero);
    }

    private static IReadOnlyList<string> Ours(Activity[] spans, SpanLimits limits)
    {
        using OtlpBatch batch = Encode(spans, limits);
        using OtlpRequest request = batch.CreateRequest();
        request.Begin();
        batch.WriteRequest(0, batch.Count, request);
        return OtlpText.Lines(Joined(request));
    }

    private static byte[] Joined(OtlpRequest request) => [.. request.ToParts().SelectMany(static part => part.ToArray())];

    private static OtlpBatch Encode(Activity[] spans, SpanLimits limits)
    {
        var batch = new OtlpBatch(new OtlpSpanEncoder(limits), new OtlpScope.Cache(limits)) { Resource = OtlpResource.Of(Resource) };
        for (int i = 0; i < spans.Length; i++)
            batch.Add(spans[i], i);
        return batch;
    }

    private static IReadOnlyList<string> Theirs(Activity[] spans)
    {
        using var capture = new CapturingHandler();
        using var exporter = new OtlpTraceExporter(new OtlpExporterOptions
        {
            Protocol = OtlpExportProtocol.HttpProtobuf,
            HttpClientFactory = () => new HttpClient(capture, disposeHandler: false),
        });
        using var processor = new SimpleActivityExportProcessor(exporter);
        using TracerProvider provider = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(ResourceBuilder.CreateEmpty().AddDetector(new Fixed()))
            .AddProcessor(processor)
            .Build();
        using var batch = new Batch<Activity>(spans, spans.Length);
        Assert.That(exporter.Export(batch), Is.EqualTo(ExportResult.Success));
        return OtlpText.Lines(capture.Bodies.Single());
    }

    private static ActivityListener Listen(ActivitySource source)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = other => ReferenceEquals(other, source),
            Sample = static (ref _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private static IEnumerable<KeyValuePair<string, object?>> Endless()
    {
        while (true)
            yield return new KeyValuePair<string, object?>("again", "and again");
    }

    private sealed class Throwing
    {
        public override string ToString() => throw new InvalidOperationException("unreadable");
    }

    private sealed class Fixed : IResourceDetector
    {
        public Resource Detect() => Resource;
    }

    private sealed class CapturingHandler : HttpMessageHandler
    {
        public List<byte[]> Bodies { get; } = [];

        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            using var body = new MemoryStream();
            request.Content!.CopyTo(body, null, cancellationToken);
            Bodies.Add(body.ToArray());
            return new HttpResponseMessage();
        }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(Send(request, cancellationToken));
    }
}
