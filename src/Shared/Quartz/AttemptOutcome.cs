using Quartz;

namespace WorkerTracing;

/// <summary>The outcome of an attempt.</summary>
/// <param name="Canceled">Whether it was interrupted, ran out of its time, or was cut short by the scheduler's shutdown.</param>
/// <param name="Exception">The job's own exception, or null.</param>
/// <param name="IsFinal">Whether no other attempt follows a failed one. Null if that is not known.</param>
internal readonly record struct AttemptOutcome(bool Canceled, Exception? Exception, bool? IsFinal)
{
    private static readonly string? QuartzAssembly = typeof(IScheduler).Assembly.GetName().Name;

    /// <summary>Gets the outcome of an attempt that was interrupted, ran out of its time, or was cut short by the shutdown.</summary>
    public static AttemptOutcome Interrupted => new(Canceled: true, null, null);

    /// <summary>Gets the outcome of an attempt that failed.</summary>
    /// <param name="context">The firing.</param>
    /// <param name="failure">The exception that Quartz has reported, or null.</param>
    /// <param name="message">The message of the exception that stands in for one that is not known.</param>
    public static AttemptOutcome Failed(IJobExecutionContext context, Exception? failure, string message) =>
        new(Canceled: false, failure is null ? new JobExecutionException(message) : Own(failure), IsFinal: IsLast(failure, context));

    /// <summary>Gets the exception that the job threw, without Quartz's wrappers.</summary>
    public static Exception Own(Exception exception)
    {
        while (exception is JobExecutionException or JobExecutionProcessException or JobInstantiationException
            && exception.InnerException is { } cause)
            exception = cause;
        return exception;
    }

    /// <summary>Records the outcome on the trace of the attempt.</summary>
    public void RecordOn(JobTrace attempt, CancellationToken jobToken)
    {
        if (Exception is not null)
        {
            attempt.IsFinalAttempt = IsFinal;
            attempt.Fail(Exception, jobToken);
        }

        if (Canceled || (jobToken.IsCancellationRequested && IsTimeout(Exception)))
            attempt.Cancel();
    }

    // Quartz's job timeout interrupts the job and then throws an exception of its own, if the job has not ended by itself.
    private static bool IsTimeout(Exception? exception) => exception is JobExecutionException && exception.Source == QuartzAssembly;

    private static bool? IsLast(Exception? failure, IJobExecutionContext context)
    {
        bool isRefired = failure is JobExecutionException { RefireImmediately: true };
        if (isRefired || QuartzVersion.HasRetry(context))
            return false;
        return failure is null ? null : true;
    }
}
