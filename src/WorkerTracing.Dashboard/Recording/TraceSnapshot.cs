using System.Diagnostics;

namespace WorkerTracing;

/// <summary>A trace at one moment.</summary>
/// <param name="TraceId">The id of the trace.</param>
/// <param name="Spans">The kept spans, in the order in which they ended.</param>
/// <param name="Jobs">The jobs of the trace.</param>
/// <param name="EndedSpans">The number of recorded spans that have ended. It is larger than the kept spans of a very large trace.</param>
/// <param name="Incoming">Links of other spans to spans of this trace.</param>
internal sealed record TraceSnapshot(
    ActivityTraceId TraceId,
    IReadOnlyList<SpanRecord> Spans,
    IReadOnlyList<JobRecord> Jobs,
    int EndedSpans,
    IReadOnlyList<IncomingLink> Incoming);
