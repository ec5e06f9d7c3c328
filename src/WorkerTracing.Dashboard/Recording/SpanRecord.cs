using System.Diagnostics;

namespace WorkerTracing;

/// <summary>A bounded copy of an ended span. It holds no reference to the span, so that the span and its job can be collected.</summary>
internal sealed class SpanRecord
{
    /// <summary>The estimated size of a span without its texts, in bytes.</summary>
    private const int FixedBytes = 240;

    private SpanRecord(Activity span)
    {
        Name = SpanValue.Cut(span.DisplayName);
        Source = span.Source.Name;
        SpanId = span.SpanId;
        ParentSpanId = span.ParentSpanId;
        Kind = span.Kind;
        Start = span.StartTimeUtc;
        Duration = span.Duration;
        Status = span.Status;
        StatusDescription = span.StatusDescription is { } description ? SpanValue.Cut(description) : null;
        TraceState = span.TraceStateString;
        Attributes = SpanValue.Copy(span.TagObjects);
        Events = [.. span.Events.Take(SpanValue.MostItems)
            .Select(static item => new SpanEvent(SpanValue.Cut(item.Name), item.Timestamp.UtcDateTime, SpanValue.Copy(item.Tags)))];
        Links = [.. span.Links.Take(SpanValue.MostItems)
            .Select(static link => new SpanLink(link.Context.TraceId, link.Context.SpanId, SpanValue.Copy(link.Tags ?? [])))];
        Bytes = FixedBytes
            + (2 * (Name.Length + (StatusDescription?.Length ?? 0)))
            + SpanValue.Size(Attributes)
            + Events.Sum(static item => 64 + (2 * item.Name.Length) + SpanValue.Size(item.Attributes))
            + Links.Sum(static link => 96 + SpanValue.Size(link.Attributes));
    }

    public string Name { get; }

    public string Source { get; }

    public ActivitySpanId SpanId { get; }

    public ActivitySpanId ParentSpanId { get; }

    public ActivityKind Kind { get; }

    public DateTime Start { get; }

    public TimeSpan Duration { get; }

    public ActivityStatusCode Status { get; }

    public string? StatusDescription { get; }

    public string? TraceState { get; }

    public KeyValuePair<string, object?>[] Attributes { get; }

    public SpanEvent[] Events { get; }

    public SpanLink[] Links { get; }

    /// <summary>Gets the estimated size in memory, in bytes.</summary>
    public long Bytes { get; }

    public static SpanRecord From(Activity ended) => new(ended);
}
