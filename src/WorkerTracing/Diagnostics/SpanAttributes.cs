namespace WorkerTracing;

/// <summary>
/// Names and values on a job's span. <c>workflow.*</c> are OpenTelemetry's proposed names for task execution, <c>messaging.*</c> and
/// <c>error.type</c> its semantic conventions;
/// <c>worker_tracing.*</c> is what has no convention.
/// </summary>
internal static class SpanAttributes
{
    public const string Platform = "workflow.platform.name";
    public const string Task = "workflow.task.name";
    public const string Trigger = "workflow.trigger.type";
    public const string Result = "workflow.execution.result";
    public const string ErrorType = "error.type";
    public const string MessagingSystem = "messaging.system";
    public const string Destination = "messaging.destination.name";
    public const string OperationType = "messaging.operation.type";
    public const string JobId = "worker_tracing.job.id";
    public const string Attempt = "worker_tracing.attempt";
    public const string Wait = "worker_tracing.wait_ms";
    public const string GroupId = "worker_tracing.group_id";
    public const string MetadataPrefix = "worker_tracing.metadata.";
    public const string ArgumentPrefix = "worker_tracing.argument.";

    public const string Success = "success";
    public const string Failure = "failure";
    public const string Canceled = "canceled";

    public static string TriggerName(JobTrigger trigger) => trigger switch
    {
        JobTrigger.Enqueued => "enqueued",
        JobTrigger.Scheduled => "scheduled",
        JobTrigger.Recurring => "recurring",
        JobTrigger.Message => "message",
        _ => "manual",
    };
}
