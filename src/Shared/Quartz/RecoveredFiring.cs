using System.Globalization;
using Quartz;

namespace WorkerTracing;

/// <summary>
/// Identifies a firing to the process that recovers it (<c>RequestRecovery</c>): by its trigger and the time when it fired, which the trigger
/// of the recovery carries. The id of the firing itself is another one then.
/// </summary>
/// <remarks>
/// Of a recovery that dies too, its own recovery carries the trigger and the time of the first firing, or those of the recovery: that differs
/// between versions of Quartz. So a recovery has both ids. The time when a firing was scheduled would be exact, but not every version carries
/// it in a cluster.
/// </remarks>
internal static class RecoveredFiring
{
    /// <summary>The name is the same in every version of Quartz; that of its constant is not.</summary>
    private const string FireTime = "QRTZ_FAILED_JOB_ORIG_TRIGGER_FIRETIME_AS_STRING";

    /// <summary>Gets the ids. Null for a job that Quartz does not recover.</summary>
    public static string[]? IdsOf(IJobExecutionContext context)
    {
        if (!context.JobDetail.RequestsRecovery)
            return null;
        string own = IdOf(context.Trigger.Key, context.FireTimeUtc.ToUnixTimeSeconds());
        if (!context.Recovering
            || context.RecoveringTriggerKey is not { } recovered
            || !context.Trigger.JobDataMap.TryGetValue(FireTime, out object? text)
            || !DateTimeOffset.TryParse(
                text as string, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset fired))
            return [own];

        // Quartz carries the time in whole seconds. It is that of the store's own entry, shortly before the one that the firing itself shows:
        // a second can have begun in between.
        long second = fired.ToUnixTimeSeconds();
        return [IdOf(recovered, second), IdOf(recovered, second + 1), own];
    }

    private static string IdOf(TriggerKey trigger, long second) =>
        string.Create(CultureInfo.InvariantCulture, $"{trigger.Group}.{trigger.Name}@{second}");
}
