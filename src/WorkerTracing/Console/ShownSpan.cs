using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace WorkerTracing;

/// <summary>What the console shows of a span. All texts are clean: on one line, cut and without control characters.</summary>
/// <param name="SpanId">Its id.</param>
/// <param name="ParentSpanId">The id of its parent.</param>
/// <param name="Start">When it started.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="Name">Its name.</param>
/// <param name="Job">What tells the attempts of a job apart. Empty for other spans.</param>
/// <param name="Error">The description of its failure; null where it has not failed.</param>
/// <param name="Attributes">Its attributes.</param>
/// <param name="Details">Its links and events.</param>
internal sealed record ShownSpan(
    string SpanId,
    string ParentSpanId,
    DateTime Start,
    TimeSpan Duration,
    string Name,
    string Job,
    string? Error,
    string[] Attributes,
    string[] Details)
{
    private const int LongestValue = 120;

    public static ShownSpan Of(Activity span) => new(
        span.SpanId.ToHexString(),
        span.ParentSpanId.ToHexString(),
        span.StartTimeUtc,
        span.Duration,
        Clean(span.DisplayName),
        JobOf(span),
        span.Status == ActivityStatusCode.Error ? Clean(span.StatusDescription) : null,
        [.. span.TagObjects.Select(static tag => $"{Clean(tag.Key)}={Clean(TextOf(tag.Value))}")],
        [
            .. span.Links.Select(static link => $"links to {link.Context.TraceId}/{link.Context.SpanId}"),
            .. span.Events.Select(note => $"+{Time(note.Timestamp.UtcDateTime - span.StartTimeUtc)} {Clean(note.Name)}"),
        ]);

    /// <summary>Returns the span as one that ended with its process.</summary>
    public ShownSpan Abandoned(DateTime ended) => this with
    {
        Duration = ended > Start ? ended - Start : TimeSpan.Zero,
        Error = "The process ended before the span did.",
        Attributes =
        [
            .. Attributes,
            $"{SpanAttributes.Result}={SpanAttributes.Error}",
            $"{SpanAttributes.ErrorType}={SpanAttributes.Abandoned}",
        ],
    };

    public static string Time(TimeSpan time) => time < TimeSpan.FromSeconds(1)
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.0} ms")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.00} s");

    /// <summary>Returns the text on one line, cut and without control characters, so that a span's name cannot change the terminal.</summary>
    public static string Clean(string? value)
    {
        if (string.IsNullOrEmpty(value))
            return "";
        string cut = value.Length <= LongestValue ? value : value[..LongestValue] + "…";
        return string.Create(cut.Length, cut, static (line, source) =>
        {
            for (int i = 0; i < source.Length; i++)
                line[i] = char.IsControl(source[i]) ? ' ' : source[i];
        });
    }

    /// <summary>Returns the number of the attempt from 2 on, a wait of a second or more, a cancellation.</summary>
    private static string JobOf(Activity span)
    {
        string job = "";
        if (span.GetTagItem(SpanAttributes.Attempt) is int attempt and > 1)
            job += string.Create(CultureInfo.InvariantCulture, $"  attempt {attempt}");
        if (span.GetTagItem(SpanAttributes.Wait) is long wait and >= 1000)
            job += $"  waited {Time(TimeSpan.FromMilliseconds(wait))}";
        if (span.GetTagItem(SpanAttributes.Result) is SpanAttributes.Cancellation)
            job += "  canceled";
        return job;
    }

    [SuppressMessage("Design", "CA1031", Justification = "Foreign code ran: a ToString. Its failure is the value's alone.")]
    private static string? TextOf(object? value)
    {
        try
        {
            return Convert.ToString(value, CultureInfo.InvariantCulture);
        }
        catch (Exception exception)
        {
            return $"({exception.GetType().Name})";
        }
    }
}
