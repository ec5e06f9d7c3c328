namespace WorkerTracing;

/// <summary>What an account said when a job began: a flush answers for what came after.</summary>
internal readonly record struct DeliverySnapshot(int Exported, int Lost);
