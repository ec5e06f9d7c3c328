using System.Diagnostics;
using Quartz;

namespace WorkerTracing;

/// <summary>Translates a firing into the <see cref="JobInfo"/> of one attempt.</summary>
internal static class QuartzJobInfo
{
    private const string System = "quartz";

    /// <summary>Describes an attempt.</summary>
    /// <param name="context">The firing.</param>
    /// <param name="origin">The cause of the firing.</param>
    /// <param name="previous">The attempt before. The default for a first attempt, and where the attempt before is not known.</param>
    /// <param name="antecedent">The run whose end started this one. The default where there is none.</param>
    public static JobInfo From(
        IJobExecutionContext context,
        FiringOrigin origin,
        PreviousAttempt previous = default,
        ActivityContext antecedent = default) => new()
        {
            System = System,
            Name = Name(context.JobDetail),
            Id = context.FireInstanceId,
            RecoveryIds = RecoveredFiring.IdsOf(context),
            Attempt = 1 + QuartzVersion.RetryAttempt(context) + context.RefireCount,
            Trigger = origin.Trigger,
            Origin = origin.Context,
            EnqueuedAt = previous.Context == default ? EnqueuedAt(origin, context.Trigger) : null,
            DueAt = DueAt(context, previous),
            Links = Links(previous.Context, antecedent),
            Member = QuartzVersion.JobType(context.JobDetail) ?? context.JobInstance.GetType(),
            Arguments = new LazyArguments<JobDataMap>(
                context.MergedJobDataMap,
                static data => data.Where(static argument => QuartzVersion.IsArgument(argument.Key))
                    .Select(static argument => KeyValuePair.Create<string, object?>(argument.Key, argument.Value))),
        };

    /// <summary>Describes a firing whose job could not be created.</summary>
    public static JobInfo From(JobInstantiationException failure)
    {
        var origin = FiringOrigin.Of(failure.Trigger);
        return new JobInfo
        {
            System = System,
            Name = Name(failure.JobDetail),
            Id = failure.FireInstanceId,
            Attempt = 1 + QuartzVersion.RetryAttempt(failure.Trigger),
            Trigger = origin.Trigger,
            Origin = origin.Context,
            EnqueuedAt = EnqueuedAt(origin, failure.Trigger),
            DueAt = QuartzVersion.ScheduledFireTime(failure),
            Member = QuartzVersion.JobType(failure.JobDetail),
        };
    }

    /// <summary>
    /// Gets the group and the name of a job, without the default group. A job that was stored without a name has a random one; the name of
    /// its type stands in for it.
    /// </summary>
    public static string Name(IJobDetail job)
    {
        JobKey key = job.Key;
        string name = Guid.TryParse(key.Name, out _) ? TypeNameOf(job) : key.Name;
        return key.Group == JobKey.DefaultGroup ? name : $"{key.Group}.{name}";
    }

    /// <summary>
    /// Gets the time when an attempt should have begun: the scheduled fire time, of a misfire the missed one; of a retry the time that its
    /// policy chose, where the attempt before is known. A refire follows at once, so it waits for nothing.
    /// </summary>
    private static DateTimeOffset? DueAt(IJobExecutionContext context, PreviousAttempt previous)
    {
        if (context.RefireCount > 0)
            return null;
        return QuartzVersion.RetryAttempt(context) > 0 ? previous.RetryDueAt : context.ScheduledFireTimeUtc;
    }

    // A trigger doesn't store the time of the call that made it, but one that TriggerJob makes starts at that very moment.
    private static DateTimeOffset? EnqueuedAt(FiringOrigin origin, ITrigger trigger) =>
        origin.Trigger == JobTrigger.Manual ? trigger.StartTimeUtc : null;

    private static List<ActivityLink>? Links(ActivityContext previous, ActivityContext antecedent)
    {
        if (previous == default && antecedent == default)
            return null;
        List<ActivityLink> links = new(2);
        if (previous != default)
            links.Add(JobLinks.PreviousAttempt(previous));
        if (antecedent != default)
            links.Add(JobLinks.Antecedent(antecedent));
        return links;
    }

    private static string TypeNameOf(IJobDetail job) =>
        QuartzVersion.JobType(job) is { } type ? TypeName.Of(type) : QuartzVersion.JobTypeName(job);
}
