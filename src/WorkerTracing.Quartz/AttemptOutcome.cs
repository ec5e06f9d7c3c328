using System.Diagnostics;
using Quartz;
using Quartz.Diagnostics;

namespace WorkerTracing;

/// <summary>How an attempt ended.</summary>
/// <param name="Canceled">Whether it was interrupted, ran out of its time, or was cut short by the scheduler's shutdown.</param>
/// <param name="Exception">The job's own exception, or null.</param>
internal readonly record struct AttemptOutcome(bool Canceled, Exception? Exception)
{
    private static readonly string? QuartzAssembly = typeof(IScheduler).Assembly.GetName().Name;

    /// <summary>Reads the outcome off Quartz's own span, which says it before any listener is told.</summary>
    /// <param name="quartzSpan">Quartz's span of the attempt, about to stop.</param>
    /// <param name="context">The firing.</param>
    /// <param name="failure">What Quartz was heard to report, or null: it reports less where its <c>RecordExceptionSpanEvents</c> is
    /// off.</param>
    public static AttemptOutcome Of(Activity quartzSpan, IJobExecutionContext context, Exception? failure)
    {
        switch (quartzSpan.GetTagItem(ActivityTags.JobResult))
        {
            case "cancelled":
                return new(Canceled: true, null);
            case "failed" when failure is not null:
                return Of(Own(failure), context.CancellationToken.IsCancellationRequested);
            case "failed":
                return new(false, new JobExecutionException(quartzSpan.StatusDescription ?? "The job reported that it failed."));
            default:
                return default;
        }
    }

    /// <summary>The exception that the job threw, out of Quartz's wrappers.</summary>
    public static Exception Own(Exception exception)
    {
        while (exception is JobExecutionException or JobExecutionProcessException or JobInstantiationException
            && exception.InnerException is { } cause)
            exception = cause;
        return exception;
    }

    // Quartz's job timeout interrupts the job, then throws an exception of its own: around the job's OperationCanceledException, or alone
    // where the job paid no heed.
    private static AttemptOutcome Of(Exception own, bool interrupted) =>
        interrupted && (own is OperationCanceledException || (own is JobExecutionException && own.Source == QuartzAssembly))
            ? new(true, null)
            : new(false, own);
}
