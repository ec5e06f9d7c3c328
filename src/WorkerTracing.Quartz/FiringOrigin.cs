using System.Diagnostics;
using Quartz;

namespace WorkerTracing;

/// <summary>Why a firing happened, and for whom.</summary>
/// <param name="Trigger">What made the job run.</param>
/// <param name="Context">The span of the call that triggered or scheduled the job. The default means nobody.</param>
internal readonly record struct FiringOrigin(JobTrigger Trigger, ActivityContext Context)
{
    /// <summary>
    /// Asks the trigger. Only the trigger of a recovery says nothing of the kind that it stands in for, so that one is looked up: where it
    /// is gone, it was to fire once.
    /// </summary>
    public static ValueTask<FiringOrigin> FindAsync(IJobExecutionContext context)
    {
        ITrigger trigger = context.Trigger;
        return context.Recovering && !IsManual(trigger) ? FindRecoveredAsync(context) : new(Of(trigger, trigger));
    }

    /// <summary>Asks a trigger that stands in for no other.</summary>
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
            : new(JobTrigger.Recurring, default); // whoever created the trigger, a later firing is not his doing
    }

    private static bool FiresOnce(ITrigger trigger) => trigger is ISimpleTrigger { RepeatCount: 0 };

    // The mark alone does not tell: a job may well hand all of its data on to a trigger that repeats.
    private static bool IsManual(ITrigger trigger)
        => FiresOnce(trigger) && trigger.JobDataMap.ContainsKey(SchedulerConstants.ManualTrigger);

    private static ActivityContext SchedulingCall(JobDataMap data)
    {
        ActivityContext caller = JobOrigin.Extract(data, static (data, header) => header switch
        {
            JobOrigin.TraceParentHeader => Text(data, SchedulerConstants.TraceParent),
            JobOrigin.TraceStateHeader => Text(data, SchedulerConstants.TraceState),
            _ => null,
        }).Context;

        // Quartz writes down any ambient activity, also one that nobody recorded or decided on.
        return caller.TraceFlags.HasFlag(ActivityTraceFlags.Recorded) || SampledOutCallers.Include(caller.SpanId) ? caller : default;
    }

    private static string? Text(JobDataMap data, string key) => data.TryGetValue(key, out object? value) ? value as string : null;
}
