using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Quartz;

namespace WorkerTracing;

/// <summary>
/// Reads from Quartz 4 what Quartz 3 expresses differently or not at all. This class, <see cref="QuartzSpans"/>,
/// <see cref="JobTraceListener"/> and <see cref="QuartzWorkerTracingExtensions"/> depend on the version; the files of
/// <c>src/Shared/Quartz</c> serve both.
/// </summary>
internal static class QuartzVersion
{
    /// <summary>Gets the object by which a firing is found again from Quartz's own span.</summary>
    public static object KeyOf(IJobExecutionContext context) => context;

    /// <summary>Gets the outcome of an attempt from Quartz's own span, which has it before any listener.</summary>
    /// <param name="quartzSpan">Quartz's span of the attempt.</param>
    /// <param name="context">The firing.</param>
    /// <param name="failure">
    /// The exception that Quartz has reported, or null. With <c>RecordExceptionSpanEvents</c> off it does not report a
    /// <see cref="JobExecutionException"/>.
    /// </param>
    public static AttemptOutcome Outcome(Activity quartzSpan, IJobExecutionContext context, Exception? failure) =>
        quartzSpan.GetTagItem(ActivityTags.JobResult) switch
        {
            "cancelled" => AttemptOutcome.Interrupted,
            "failed" => AttemptOutcome.Failed(context, failure, quartzSpan.StatusDescription ?? "The job reported a failure."),
            null => AttemptOutcome.Failed(context, failure, "Quartz left the firing without a result."),
            _ => default,
        };

    /// <summary>Gets the exception of the job's constructor or factory.</summary>
    public static Exception CauseOf(JobInstantiationException failure) => AttemptOutcome.Own(failure);

    /// <summary>
    /// Returns true for a trigger of <c>TriggerJob</c>, or its recovery. The mark alone is not enough: a job can hand all of its data on to
    /// a trigger that repeats.
    /// </summary>
    public static bool IsManual(ITrigger trigger) =>
        FiringOrigin.FiresOnce(trigger) && trigger.JobDataMap.ContainsKey(SchedulerConstants.ManualTrigger);

    /// <summary>
    /// Gets the span of the call that stored a trigger, or the default. Quartz stores any ambient activity, also one that no sampler has
    /// decided about; such a one is left out.
    /// </summary>
    public static ActivityContext SchedulingCall(JobDataMap data)
    {
        ActivityContext caller = StoredContext.Read(data);
        return caller.TraceFlags.HasFlag(ActivityTraceFlags.Recorded) || SampledOutCallers.Include(caller.SpanId) ? caller : default;
    }

    /// <summary>Returns true if Quartz's retry policy will repeat this attempt should it fail.</summary>
    public static bool HasRetry(IJobExecutionContext context) => context.RetryPolicy?.MaxAttempts > context.RetryAttempt;

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

    /// <summary>Gets the execution group of a trigger, or null.</summary>
    public static string? ExecutionGroup(ITrigger trigger) => trigger.ExecutionGroup;

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
