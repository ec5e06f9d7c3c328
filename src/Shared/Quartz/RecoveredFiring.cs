using System.Globalization;
using Quartz;

namespace WorkerTracing;

/// <summary>
/// Identifies a firing to the process that recovers it (<c>RequestRecovery</c>): by its trigger and the time for which it was scheduled, which
/// the trigger of a recovery carries. The id of the firing itself is another one then.
/// </summary>
internal static class RecoveredFiring
{
    /// <summary>The name is the same in every version of Quartz; that of its constant is not.</summary>
    private const string ScheduledTime = "QRTZ_FAILED_JOB_ORIG_TRIGGER_SCHEDULED_FIRETIME_AS_STRING";

    /// <summary>Gets the id. Null for a job that Quartz does not recover.</summary>
    public static string? IdOf(IJobExecutionContext context)
    {
        if (!context.JobDetail.RequestsRecovery)
            return null;
        if (!context.Recovering)
            return IdOf(context.Trigger.Key, context.ScheduledFireTimeUtc);
        return context.RecoveringTriggerKey is { } trigger
            && context.Trigger.JobDataMap.TryGetValue(ScheduledTime, out object? text)
            && DateTimeOffset.TryParse(text as string, CultureInfo.InvariantCulture, out DateTimeOffset scheduled)
                ? IdOf(trigger, scheduled)
                : null;
    }

    /// <summary>Quartz carries the time in whole seconds.</summary>
    private static string IdOf(TriggerKey trigger, DateTimeOffset? scheduled) => string.Create(
        CultureInfo.InvariantCulture, $"{trigger.Group}.{trigger.Name}@{scheduled?.ToUnixTimeSeconds()}");
}
