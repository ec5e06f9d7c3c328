using System.Diagnostics;

namespace WorkerTracing;

/// <summary>A copy of a span's link.</summary>
internal sealed record SpanLink(ActivityTraceId TraceId, ActivitySpanId SpanId, KeyValuePair<string, object?>[] Attributes)
{
    /// <summary>Gets what the link says of the two spans, such as <c>previous_attempt</c>. Null where it does not say.</summary>
    public string? Relation { get; } = Attributes.FirstOrDefault(static pair => pair.Key == JobLinks.Attribute).Value as string;
}
