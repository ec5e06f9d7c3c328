namespace WorkerTracing;

/// <summary>How a job's exception is told from its cancellation.</summary>
internal static class JobTraceOutcome
{
    /// <summary>A cancellation counts as one only when the job's own token asked for it.</summary>
    public static void Fail(this JobTrace trace, Exception exception, CancellationToken jobsOwn)
    {
        if (exception is OperationCanceledException && jobsOwn.IsCancellationRequested)
            trace.Cancel();
        else
            trace.Fail(exception);
    }
}
