namespace WorkerTracing;

/// <summary>Waits on an export thread for asynchronous work.</summary>
internal static class Waiting
{
    /// <summary>
    /// Returns the result of a task, or cancels it when the time is over. The time is counted on the calling thread, so that it ends also
    /// while the thread pool is blocked.
    /// </summary>
    /// <exception cref="OperationCanceledException">The time is over, or the task was canceled.</exception>
    public static T For<T>(Task<T> task, TimeSpan timeout, CancellationTokenSource limit)
    {
        if (!task.IsCompleted && !((IAsyncResult)task).AsyncWaitHandle.WaitOne(timeout))
        {
            limit.Cancel();
            Observe(task);
            throw new OperationCanceledException(limit.Token);
        }

        return task.ConfigureAwait(false).GetAwaiter().GetResult();
    }

    /// <summary>Reads the exception that the task may end with, so that it does not count as unobserved.</summary>
    private static void Observe(Task task) => task.ContinueWith(
        static ended => ended.Exception,
        CancellationToken.None,
        TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);
}
