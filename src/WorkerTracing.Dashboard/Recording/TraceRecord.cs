using System.Diagnostics;

namespace WorkerTracing;

/// <summary>The spans and jobs of one trace that this process has recorded. <see cref="TraceStore"/> writes it under its lock.</summary>
internal sealed class TraceRecord(ActivityTraceId traceId)
{
    public ActivityTraceId TraceId { get; } = traceId;

    /// <summary>Gets the spans that ended since the last refresh and were not copied yet.</summary>
    public List<Activity> Ended { get; } = [];

    public List<SpanRecord> Spans { get; } = [];

    /// <summary>Gets the spans that have links: few, so that a look for the links to a trace is short.</summary>
    public List<SpanRecord> LinkingSpans { get; } = [];

    public List<JobRecord> Jobs { get; } = [];

    /// <summary>
    /// Gets the number of recorded spans that have ended. It includes the spans that were left out of a very large trace.
    /// </summary>
    public int EndedSpans { get; set; }

    public long Bytes { get; set; }

    /// <summary>Gets or sets the place in the order of eviction.</summary>
    public LinkedListNode<TraceRecord>? Place { get; set; }
}
