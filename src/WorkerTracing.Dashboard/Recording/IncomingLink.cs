using System.Diagnostics;

namespace WorkerTracing;

/// <summary>A link of another span to a span of a trace.</summary>
/// <param name="To">The span that the link points to.</param>
/// <param name="TraceId">The trace of the span that has the link.</param>
/// <param name="From">The span that has the link.</param>
/// <param name="Relation">The value of <c>worker_tracing.link</c>: what the link says of the two spans. Null where it does not say.</param>
internal sealed record IncomingLink(ActivitySpanId To, ActivityTraceId TraceId, SpanRecord From, string? Relation);
