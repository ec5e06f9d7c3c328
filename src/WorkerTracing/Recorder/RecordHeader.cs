using System.Diagnostics;

namespace WorkerTracing;

/// <summary>What the header of a record says about its content.</summary>
/// <param name="Kind">What the content is.</param>
/// <param name="Exporter">The index of the exporter in the process that wrote the record.</param>
/// <param name="TraceId">The trace of the span.</param>
/// <param name="SpanId">The id of the span.</param>
/// <param name="Time">When the span ended; for a span that is open, when it started. UTC.</param>
internal readonly record struct RecordHeader(
    RecordKind Kind, int Exporter, ActivityTraceId TraceId, ActivitySpanId SpanId, DateTime Time);
