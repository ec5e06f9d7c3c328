using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Quartz;
using Quartz.Diagnostics;

namespace WorkerTracing;

/// <summary>Translates what Quartz knows about a firing into a <see cref="JobInfo"/> and into attributes of the job's span.</summary>
/// <remarks>The <c>quartz.*</c> attributes are Quartz's own (<see cref="ActivityTags"/>).</remarks>
internal static class FiredJob
{
    /// <summary>Describes an attempt.</summary>
    /// <param name="context">The firing.</param>
    /// <param name="origin">Why it happened.</param>
    /// <param name="previous">The span of the attempt before, whose relation to the caller this one keeps. The default where there was
    /// none, or none was recorded.</param>
    public static JobInfo Describe(IJobExecutionContext context, FiringOrigin origin, ActivityContext previous) => new()
    {
        System = "quartz",
        Name = Name(context.JobDetail.Key),
        Id = context.FireInstanceId,
        Attempt = 1 + context.RetryAttempt + context.RefireCount,
        Trigger = origin.Trigger,
        Origin = origin.Context,
        EnqueuedAt = previous == default ? EnqueuedAt(origin, context.Trigger) : null,
        DueAt = context.RefireCount == 0 ? context.ScheduledFireTimeUtc : null,
        Links = previous == default ? null : [JobLinks.PreviousAttempt(previous)],
        Member = Member(context.JobDetail.JobType) ?? context.JobInstance.GetType(),
        Arguments = new LazyArguments<JobDataMap>(
            context.MergedJobDataMap,
            static data => data.Where(static argument => IsOwn(argument.Key))),
    };

    /// <summary>Describes a firing whose job could not be created.</summary>
    public static JobInfo Describe(JobInstantiationException failure)
    {
        var origin = FiringOrigin.Of(failure.Trigger);
        return new JobInfo
        {
            System = "quartz",
            Name = Name(failure.JobDetail.Key),
            Id = failure.FireInstanceId,
            Attempt = 1 + failure.Trigger.RetryAttempt,
            Trigger = origin.Trigger,
            Origin = origin.Context,
            EnqueuedAt = EnqueuedAt(origin, failure.Trigger),
            DueAt = failure.Trigger.PreviousFireTimeUtc, // the firing at hand: the trigger has advanced already
            Member = Member(failure.JobDetail.JobType),
        };
    }

    /// <summary>The group and the name of a job, without the default group.</summary>
    public static string Name(JobKey key) => key.Group == JobKey.DefaultGroup ? key.Name : $"{key.Group}.{key.Name}";

    public static void Tag(Activity span, IJobExecutionContext context)
    {
        Tag(span, context.Scheduler, context.Trigger, context.JobDetail, context.FireInstanceId);
        span.SetTag(QuartzAttributes.FireTime, Time(context.FireTimeUtc));
        if (context.ScheduledFireTimeUtc is { } scheduled)
            span.SetTag(QuartzAttributes.ScheduledFireTime, Time(scheduled));
        if (context.RecoveringTriggerKey is { } recovered)
            span.SetTag(QuartzAttributes.Recovering, true).SetTag(QuartzAttributes.RecoveringTrigger, recovered.ToString());
    }

    public static void Tag(Activity span, IScheduler scheduler, ITrigger trigger, IJobDetail job, string fireInstanceId)
    {
        span.SetTag(ActivityTags.SchedulerName, scheduler.SchedulerName)
            .SetTag(ActivityTags.SchedulerId, scheduler.SchedulerInstanceId)
            .SetTag(ActivityTags.TriggerGroup, trigger.Key.Group)
            .SetTag(ActivityTags.TriggerName, trigger.Key.Name)
            .SetTag(ActivityTags.JobGroup, job.Key.Group)
            .SetTag(ActivityTags.JobName, job.Key.Name)
            .SetTag(ActivityTags.JobType, job.JobType.FullName)
            .SetTag(ActivityTags.FireInstanceId, fireInstanceId);
        if (trigger.ExecutionGroup is { } group)
            span.SetTag(ActivityTags.ExecutionGroup, group);
    }

    // Quartz keeps data of its own in the map. The input of a typed job is the one argument among it.
    private static bool IsOwn(string key) => !key.StartsWith("QRTZ_", StringComparison.Ordinal) || key == SchedulerConstants.JobInput;

    // A trigger doesn't say when it was stored, but one that TriggerJob makes starts at that very moment.
    private static DateTimeOffset? EnqueuedAt(FiringOrigin origin, ITrigger trigger)
        => origin.Trigger == JobTrigger.Manual ? trigger.StartTimeUtc : null;

    [UnconditionalSuppressMessage(
        "Trimming", "IL2062",
        Justification = "Quartz keeps the members that it needs where the job is registered; this reads the attributes of the type.")]
    private static Type? Member(JobType type) => type.TryResolve(out Type? resolved) ? resolved : null;

    private static string Time(DateTimeOffset time) => time.ToString("O", CultureInfo.InvariantCulture);
}
