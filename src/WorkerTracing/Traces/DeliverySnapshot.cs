namespace WorkerTracing;

/// <summary>The counts of a <see cref="SegmentDelivery"/> when a job began. The job's flush answers for what was added since.</summary>
internal readonly record struct DeliverySnapshot(long Exported, long Lost, long Unconfirmed, long Left);
