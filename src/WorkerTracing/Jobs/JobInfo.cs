using System.Diagnostics;
using System.Reflection;

namespace WorkerTracing;

/// <summary>Describes the run of a job that is about to begin.</summary>
public sealed record JobInfo
{
    /// <summary>
    /// The framework that runs the job: <c>hangfire</c>, <c>quartz</c>, <c>masstransit</c>, <c>hosted</c>, or your own. Recorded as
    /// <c>workflow.platform.name</c>.
    /// </summary>
    public required string System { get; init; }

    /// <summary>
    /// The name of the job, of low cardinality: <c>Type.Method</c>, <c>group.job</c>, consumer and message. Recorded as
    /// <c>workflow.task.name</c>, and the span's name.
    /// </summary>
    public required string Name { get; init; }

    /// <summary>
    /// The operation name of the span (<see cref="Activity.OperationName"/>), for a framework that reads that of the ambient span and must
    /// find its own there. Null, the default, for <see cref="Name"/>; the display name is <see cref="Name"/> either way.
    /// </summary>
    public string? OperationName { get; init; }

    /// <summary>The framework's id of this run. Recorded as <c>worker_tracing.job.id</c>.</summary>
    public string? Id { get; init; }

    /// <summary>
    /// Identify the run to the process that repeats it after this one has died, if <see cref="Id"/> does not stay the same. An attempt that
    /// has one of these ids then links to the one that died, where a flight recorder has it. Not recorded on the span.
    /// </summary>
    /// <value>The default is null: <see cref="Id"/> alone. An empty list: no attempt links to this one, and this one to none.</value>
    public IReadOnlyList<string>? RecoveryIds { get; init; }

    /// <summary>The queue or endpoint that the job came from. Recorded as <c>messaging.destination.name</c>.</summary>
    public string? Queue { get; init; }

    /// <summary>Groups the traces of one conversation, tenant or order. The start value of <see cref="JobTrace.GroupId"/>.</summary>
    public string? GroupId { get; init; }

    /// <summary>The number of the attempt, from 1. Recorded as <c>worker_tracing.attempt</c>.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>The event that made the job run. Recorded as <c>workflow.trigger.type</c>.</summary>
    public JobTrigger Trigger { get; init; }

    /// <summary>The time when the job was enqueued: <see cref="WorkerTracingOptions.LinkAfter"/> counts from here.</summary>
    public DateTimeOffset? EnqueuedAt { get; init; }

    /// <summary>
    /// The time when the job was due: <c>worker_tracing.wait_ms</c> counts from here, or from <see cref="EnqueuedAt"/> where this is null.
    /// </summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>The span that enqueued the job. The default: no span did, or it is not known.</summary>
    public ActivityContext Origin { get; init; }

    /// <summary>
    /// Further spans to link to: the attempt before, which comes first, a continuation's antecedent, the other origins of a batch. The
    /// first link of a retry tells <see cref="TraceRelation.Auto"/> whether the attempt before continued the origin's trace.
    /// </summary>
    public IReadOnlyList<ActivityLink>? Links { get; init; }

    /// <summary>The baggage that the job runs with. Null: a copy of <c>Baggage.Current</c>.</summary>
    public IReadOnlyDictionary<string, string?>? Baggage { get; init; }

    /// <summary>The job's class or method: where <see cref="FlushTraceAttribute"/> is looked for.</summary>
    public MemberInfo? Member { get; init; }

    /// <summary>The job's arguments. Recorded only if <see cref="WorkerTracingOptions.CaptureArguments"/> is true.</summary>
    public IReadOnlyDictionary<string, object?>? Arguments { get; init; }

    /// <summary>The flush mode of this run, before every other choice. Null leaves the choice to the options.</summary>
    public FlushMode? Flush { get; init; }
}
