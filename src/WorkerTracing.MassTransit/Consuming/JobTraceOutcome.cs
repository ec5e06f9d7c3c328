using MassTransit;

namespace WorkerTracing;

/// <summary>What an exception means for the job that threw it.</summary>
internal static class JobTraceOutcome
{
    /// <summary>Records the job's own exception. A cancellation counts as one only when the job's own token asked for it.</summary>
    public static void FailWithOwn(this JobTrace trace, Exception exception, CancellationToken jobsOwn)
    {
        Exception own = exception is EventExecutionException or SagaException && exception.InnerException is { } inner ? inner : exception;
        trace.Fail(own, jobsOwn);
    }
}
