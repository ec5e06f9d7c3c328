namespace WorkerTracing;

/// <summary>A recorded span that was read back, to be sent by the exporter's pipeline. Its content is a copy.</summary>
internal readonly record struct TakenRecord(RecordHandle Handle, RecordedSpan Span);
