using System.Diagnostics.CodeAnalysis;
using Quartz;

namespace WorkerTracing;

/// <summary>
/// Reads from Quartz 4 what other versions of Quartz express differently or not at all. With <see cref="QuartzSpans"/>,
/// <see cref="AttemptOutcome"/>, <see cref="FiringOrigin"/> and <see cref="JobTraceListener"/> it is all that depends on the version.
/// </summary>
internal static class QuartzVersion
{
    /// <summary>Gets the number of retries by Quartz's retry policy before this attempt.</summary>
    public static int RetryAttempt(IJobExecutionContext context) => context.RetryAttempt;

    /// <summary>Gets the number of retries by Quartz's retry policy before the next firing of a trigger.</summary>
    public static int RetryAttempt(ITrigger trigger) => trigger.RetryAttempt;

    /// <summary>Gets the time of the retry that Quartz has scheduled for a firing that is complete, or null.</summary>
    public static DateTimeOffset? RetryDueAt(IJobExecutionContext context) =>
        context.RetryScheduled ? context.Trigger.NextFireTimeUtc : null;

    /// <summary>Gets the scheduled time of a firing whose job could not be created. Its trigger has advanced already.</summary>
    public static DateTimeOffset? ScheduledFireTime(JobInstantiationException failure) =>
        failure.Trigger.RetryAttempt == 0 ? failure.Trigger.PreviousFireTimeUtc : null;

    /// <summary>Gets the trigger whose run a trigger waits for (<c>StartAfter</c>), or null.</summary>
    public static TriggerKey? Antecedent(ITrigger trigger) => trigger.Continuation.Parent;

    /// <summary>Gets the type of a job, or null if it cannot be loaded.</summary>
    [UnconditionalSuppressMessage(
        "Trimming",
        "IL2062",
        Justification = "Quartz keeps the members that it asks for where the job is registered; only name and attributes are read here.")]
    public static Type? JobType(IJobDetail job) => job.JobType.TryResolve(out Type? type) ? type : null;

    /// <summary>Gets the full name of the type of a job.</summary>
    public static string JobTypeName(IJobDetail job) => job.JobType.FullName;

    /// <summary>
    /// Returns true for data of the job's own. Quartz keeps data of its own in the same map; of that the input of a typed job is an
    /// argument all the same.
    /// </summary>
    public static bool IsArgument(string key) =>
        !key.StartsWith("QRTZ_", StringComparison.Ordinal) || key == SchedulerConstants.JobInput;

    /// <summary>Returns true if the job of a firing has been executed at least once.</summary>
    public static bool HasRun(IJobExecutionContext context) => context.JobRunTime > TimeSpan.Zero;

    /// <summary>
    /// Returns true if Quartz is done with a firing. It then has disposed the context, and the token that the listener has read before.
    /// </summary>
    public static bool IsOver(IJobExecutionContext context)
    {
        try
        {
            _ = context.CancellationToken;
            return false;
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }
}
