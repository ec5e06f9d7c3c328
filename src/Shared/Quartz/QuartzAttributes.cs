using System.Diagnostics;
using System.Globalization;
using Quartz;

namespace WorkerTracing;

/// <summary>
/// The attributes of a job's span that are particular to Quartz: the names of Quartz 4 (<see cref="ActivityTags"/>) where it has one, and
/// <c>worker_tracing.quartz.*</c> where it has none.
/// </summary>
internal static class QuartzAttributes
{
    /// <summary>When the trigger fired, ISO 8601 in UTC.</summary>
    public const string FireTime = "worker_tracing.quartz.fire_time";

    /// <summary>When the trigger should have fired, ISO 8601 in UTC.</summary>
    public const string ScheduledFireTime = "worker_tracing.quartz.scheduled_fire_time";

    /// <summary>True if the firing repeats one that a failed scheduler left unfinished.</summary>
    public const string Recovering = "worker_tracing.quartz.recovering";

    /// <summary>The trigger whose firing was left unfinished, <c>group.name</c>.</summary>
    public const string RecoveringTrigger = "worker_tracing.quartz.recovering_trigger";

    /// <summary>True if a trigger listener vetoed the firing, so that the job did not run.</summary>
    public const string Vetoed = "worker_tracing.quartz.vetoed";

    /// <summary>Describes a firing on the span of its job, if that is recorded.</summary>
    public static void Describe(JobTrace trace, IJobExecutionContext context)
    {
        if (trace is not { IsRecorded: true, Activity: { } span })
            return;
        Describe(span, context.Scheduler, context.Trigger, context.JobDetail, context.FireInstanceId);
        span.SetTag(FireTime, Text(context.FireTimeUtc));
        if (context.ScheduledFireTimeUtc is { } scheduled)
            span.SetTag(ScheduledFireTime, Text(scheduled));
        if (context.Recovering)
            span.SetTag(Recovering, true).SetTag(RecoveringTrigger, context.RecoveringTriggerKey?.ToString());
    }

    /// <summary>Describes a firing without an execution context: its job could not be created.</summary>
    public static void Describe(JobTrace trace, IScheduler scheduler, JobInstantiationException failure)
    {
        if (trace is { IsRecorded: true, Activity: { } span })
            Describe(span, scheduler, failure.Trigger, failure.JobDetail, failure.FireInstanceId);
    }

    private static void Describe(Activity span, IScheduler scheduler, ITrigger trigger, IJobDetail job, string fireInstanceId)
    {
        span.SetTag(ActivityTags.SchedulerName, scheduler.SchedulerName)
            .SetTag(ActivityTags.SchedulerId, scheduler.SchedulerInstanceId)
            .SetTag(ActivityTags.TriggerGroup, trigger.Key.Group)
            .SetTag(ActivityTags.TriggerName, trigger.Key.Name)
            .SetTag(ActivityTags.JobGroup, job.Key.Group)
            .SetTag(ActivityTags.JobName, job.Key.Name)
            .SetTag(ActivityTags.JobType, QuartzVersion.JobTypeName(job))
            .SetTag(ActivityTags.FireInstanceId, fireInstanceId);
        if (QuartzVersion.ExecutionGroup(trigger) is { } group)
            span.SetTag(ActivityTags.ExecutionGroup, group);
    }

    private static string Text(DateTimeOffset time) => time.ToString("O", CultureInfo.InvariantCulture);
}
