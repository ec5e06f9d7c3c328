namespace WorkerTracing;

/// <summary>What a queue of a pipeline with a flight recorder keeps beside a span.</summary>
/// <param name="Handle">The record of the span.</param>
/// <param name="Delivery">The counts of its trace, where it belongs to a job: those that count the record.</param>
internal readonly record struct QueuedRecord(RecordHandle Handle, SegmentDelivery? Delivery);
