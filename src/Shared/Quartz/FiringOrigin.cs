using System.Diagnostics;
using Quartz;

namespace WorkerTracing;

/// <summary>The cause of a firing.</summary>
/// <param name="Trigger">What made the job run.</param>
/// <param name="Context">The span of the call that triggered or scheduled the job. The default if there is none.</param>
internal readonly record struct FiringOrigin(JobTrigger Trigger, ActivityContext Context)
{
    /// <summary>
    /// Gets the origin from the trigger of a firing. The trigger of a recovery does not tell the kind of the one that it replaces, so that
    /// one is looked up. If it is gone, it was to fire once.
    /// </summary>
    public static ValueTask<FiringOrigin> FindAsync(IJobExecutionContext context)
    {
        ITrigger trigger = context.Trigger;
        return context.Recovering && !QuartzVersion.IsManual(trigger) ? FindRecoveredAsync(context) : new(Of(trigger, trigger));
    }

    /// <summary>Gets the origin from a trigger that replaces no other.</summary>
    public static FiringOrigin Of(ITrigger trigger) => Of(trigger, trigger);

    private static async ValueTask<FiringOrigin> FindRecoveredAsync(IJobExecutionContext context)
    {
        ITrigger? recovered = context.RecoveringTriggerKey is { } key
            ? await context.Scheduler.GetTrigger(key, CancellationToken.None).ConfigureAwait(false)
            : null;
        return Of(recovered ?? context.Trigger, context.Trigger);
    }

    private static FiringOrigin Of(ITrigger schedule, ITrigger carrier)
    {
        if (QuartzVersion.IsManual(carrier))
            return new(JobTrigger.Manual, QuartzVersion.SchedulingCall(carrier.JobDataMap));
        return FiresOnce(schedule)
            ? new(JobTrigger.Scheduled, QuartzVersion.SchedulingCall(carrier.JobDataMap))
            : new(JobTrigger.Recurring, default); // the creation of the trigger is not the cause of its later firings
    }

    /// <summary>Returns true for a trigger that fires once.</summary>
    public static bool FiresOnce(ITrigger trigger) => trigger is ISimpleTrigger { RepeatCount: 0 };
}
