namespace WorkerTracing;

/// <summary>Names and values of the attributes on spans and metrics, for all packages.</summary>
/// <remarks>
/// <c>workflow.*</c> are OpenTelemetry's proposed names for task execution. <c>messaging.*</c> and <c>error.type</c> are its semantic
/// conventions. <c>worker_tracing.*</c> are names without a convention.
/// </remarks>
internal static class SpanAttributes
{
    public const string Platform = "workflow.platform.name";
    public const string Task = "workflow.task.name";
    public const string Trigger = "workflow.trigger.type";
    public const string Result = "workflow.execution.result";
    public const string State = "workflow.execution.state";
    public const string ErrorType = "error.type";
    public const string MessagingSystem = "messaging.system";
    public const string Destination = "messaging.destination.name";
    public const string OperationType = "messaging.operation.type";
    public const string OperationName = "messaging.operation.name";
    public const string MessageId = "messaging.message.id";
    public const string JobId = "worker_tracing.job.id";
    public const string Attempt = "worker_tracing.attempt";
    public const string Final = "worker_tracing.final";
    public const string Wait = "worker_tracing.wait_ms";
    public const string RunningFor = "worker_tracing.running_ms";
    public const string ProgressCompleted = "worker_tracing.progress.completed";
    public const string ProgressTotal = "worker_tracing.progress.total";
    public const string ProgressMessage = "worker_tracing.progress.message";
    public const string GroupId = "worker_tracing.group_id";
    public const string MetadataPrefix = "worker_tracing.metadata.";
    public const string ArgumentPrefix = "worker_tracing.argument.";

    public const string Success = "success";
    public const string Failure = "failure";
    public const string Cancellation = "cancellation";

    /// <summary>The <see cref="Result"/> of a job that ended with its process.</summary>
    public const string Error = "error";

    /// <summary>The <see cref="ErrorType"/> of a span that did not end before its process did.</summary>
    public const string Abandoned = "abandoned";

    public const string Pending = "pending";
    public const string Executing = "executing";

    /// <summary>The <see cref="OperationType"/> and <see cref="OperationName"/> of the span of a consumed message.</summary>
    public const string Process = "process";
}
