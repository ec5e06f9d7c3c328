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
        return context.Recovering && !IsManual(trigger) ? FindRecoveredAsync(context) : new(Of(trigger, trigger));
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
        if (IsManual(carrier))
            return new(JobTrigger.Manual, SchedulingCall(carrier.JobDataMap));
        return FiresOnce(schedule)
            ? new(JobTrigger.Scheduled, SchedulingCall(carrier.JobDataMap))
            : new(JobTrigger.Recurring, default); // the creation of the trigger is not the cause of its later firings
    }

    private static bool FiresOnce(ITrigger trigger) => trigger is ISimpleTrigger { RepeatCount: 0 };

    // The mark alone is not enough: a job can hand all of its data on to a trigger that repeats.
    private static bool IsManual(ITrigger trigger) =>
        FiresOnce(trigger) && trigger.JobDataMap.ContainsKey(SchedulerConstants.ManualTrigger);

    private static ActivityContext SchedulingCall(JobDataMap data)
    {
        ActivityContext caller = JobOrigin.Extract(data, static (data, header) => header switch
        {
            JobOrigin.TraceParentHeader => Text(data, SchedulerConstants.TraceParent),
            JobOrigin.TraceStateHeader => Text(data, SchedulerConstants.TraceState),
            _ => null,
        }).Context;

        // Quartz stores any ambient activity, also one that no sampler has decided about.
        return caller.TraceFlags.HasFlag(ActivityTraceFlags.Recorded) || SampledOutCallers.Include(caller.SpanId) ? caller : default;
    }

    private static string? Text(JobDataMap data, string key) => data.TryGetValue(key, out object? value) ? value as string : null;
}
