namespace WorkerTracing;

/// <summary>The values of the attribute <c>reason</c> of <c>worker_tracing.spans.lost</c>.</summary>
internal static class LossReason
{
    public const string ExportFailed = "export_failed";
    public const string ProcessorFailed = "processor_failed";
    public const string QueueFailed = "queue_failed";
    public const string QueueFull = "queue_full";
    public const string Shutdown = "shutdown";
}
