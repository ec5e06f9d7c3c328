using System.Diagnostics;
using System.Reflection;
using Quartz;
using Quartz.Impl.Triggers;

namespace WorkerTracing;

/// <summary>
/// Reads from Quartz 3 what Quartz 4 expresses differently. This class, <see cref="QuartzSpans"/>, <see cref="JobTraceListener"/> with
/// <see cref="SchedulerEvents"/>, and <see cref="QuartzWorkerTracingExtensions"/> depend on the version; the files of
/// <c>src/Shared/Quartz</c> serve both.
/// </summary>
internal static class QuartzVersion
{
    /// <summary>The prefix of the names that Quartz gives to the triggers of <c>TriggerJob</c>.</summary>
    private const string ManualPrefix = "MT_";

    /// <summary>The times that a run time is read to find out whether it still grows. The clock moves on long before.</summary>
    private const int RunTimeReads = 10_000;

    /// <summary>
    /// Gets the object by which a firing is found again from Quartz's own span: its trigger, a copy that belongs to the firing. The events
    /// of the span do not name the execution context.
    /// </summary>
    public static object KeyOf(IJobExecutionContext context) => context.Trigger;

    /// <summary>
    /// Gets the outcome of an attempt. Quartz 3 does not report that an interrupted job has thrown
    /// <see cref="OperationCanceledException"/>, so an interrupted attempt without another exception counts as canceled.
    /// </summary>
    /// <param name="quartzSpan">Quartz's span of the attempt, which does not hold the outcome.</param>
    /// <param name="context">The firing.</param>
    /// <param name="failure">The exception that Quartz has reported, or null.</param>
    public static AttemptOutcome Outcome(Activity quartzSpan, IJobExecutionContext context, Exception? failure)
    {
        if (failure is not null)
            return AttemptOutcome.Failed(context, failure, failure.GetType().Name);
        return context.CancellationToken.IsCancellationRequested ? AttemptOutcome.Interrupted : default;
    }

    /// <summary>
    /// Gets the exception of the job's constructor or factory. Quartz's factories wrap it in a <see cref="SchedulerException"/>, and the
    /// one without a container calls the constructor by reflection.
    /// </summary>
    public static Exception CauseOf(JobInstantiationException failure)
    {
        Exception own = AttemptOutcome.Own(failure);
        if (own.GetType() == typeof(SchedulerException) && own.InnerException is { } factory)
            own = factory;
        return own is TargetInvocationException { InnerException: { } constructor } ? constructor : own;
    }

    /// <summary>Returns true for a trigger of <c>TriggerJob</c>, or its recovery. Quartz 3 marks them by their names alone.</summary>
    public static bool IsManual(ITrigger trigger)
    {
        if (!FiringOrigin.FiresOnce(trigger))
            return false;
        if (trigger.Key.Group != SchedulerConstants.DefaultRecoveryGroup)
            return IsManual(trigger.Key.Name, trigger.Key.Group);
        JobDataMap data = trigger.JobDataMap;
        return data.TryGetValue(SchedulerConstants.FailedJobOriginalTriggerName, out object? name)
            && data.TryGetValue(SchedulerConstants.FailedJobOriginalTriggerGroup, out object? group)
            && IsManual(name as string, group as string);
    }

    /// <summary>Gets the span of the call that stored a trigger with <c>WithTraceContext</c>, or the default.</summary>
    public static ActivityContext SchedulingCall(JobDataMap data) => StoredContext.Read(data);

    /// <summary>Returns false: Quartz 3 has no retry policy.</summary>
    public static bool HasRetry(IJobExecutionContext context) => false;

    /// <summary>Returns 0: Quartz 3 has no retry policy.</summary>
    public static int RetryAttempt(IJobExecutionContext context) => 0;

    /// <summary>Returns 0: Quartz 3 has no retry policy.</summary>
    public static int RetryAttempt(ITrigger trigger) => 0;

    /// <summary>Returns null: Quartz 3 has no retry policy.</summary>
    public static DateTimeOffset? RetryDueAt(IJobExecutionContext context) => null;

    /// <summary>Gets the scheduled time of a firing whose job could not be created. Its trigger has advanced already.</summary>
    public static DateTimeOffset? ScheduledFireTime(JobInstantiationException failure) => failure.Trigger.GetPreviousFireTimeUtc();

    /// <summary>Returns null: Quartz 3 has no continuations.</summary>
    public static TriggerKey? Antecedent(ITrigger trigger) => null;

    /// <summary>Gets the execution group of a trigger, or null.</summary>
    public static string? ExecutionGroup(ITrigger trigger) => (trigger as AbstractTrigger)?.ExecutionGroup;

    /// <summary>Gets the type of a job.</summary>
    public static Type? JobType(IJobDetail job) => job.JobType;

    /// <summary>Gets the full name of the type of a job, as Quartz 4 writes it.</summary>
    public static string JobTypeName(IJobDetail job) => $"{job.JobType.FullName}, {job.JobType.Assembly.GetName().Name}";

    /// <summary>Returns true for data of the job's own. Quartz keeps data of its own in the same map.</summary>
    public static bool IsArgument(string key) => !key.StartsWith("QRTZ_", StringComparison.Ordinal);

    /// <summary>
    /// Returns true if the job of a firing has been executed at least once. Until then its run time is the time since it fired, which
    /// grows.
    /// </summary>
    public static bool HasRun(IJobExecutionContext context)
    {
        TimeSpan runTime = context.JobRunTime;
        for (int reads = 0; reads < RunTimeReads; reads++)
        {
            if (context.JobRunTime != runTime)
                return false;
        }

        return true;
    }

    /// <summary>Returns true if Quartz is done with a firing. It then has disposed the source of the context's token.</summary>
    public static bool IsOver(IJobExecutionContext context)
    {
        try
        {
            _ = context.CancellationToken.WaitHandle;
            return false;
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }

    private static bool IsManual(string? name, string? group) =>
        group == SchedulerConstants.DefaultGroup
            && name?.StartsWith(ManualPrefix, StringComparison.Ordinal) == true
            && long.TryParse(name.AsSpan(ManualPrefix.Length), out _);
}
