using System.Diagnostics;

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
        if (!task.IsCompleted && !new Signal().WaitFor(task, timeout))
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

    /// <summary>Wakes the thread that waits. A task's own wait handle is an object of the system, made anew for each request.</summary>
    private sealed class Signal
    {
        private bool _isSet; // written under the lock on this object

        /// <returns>False if the time is over.</returns>
        public bool WaitFor(Task task, TimeSpan timeout)
        {
            task.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(Set);
            long started = Stopwatch.GetTimestamp();
            lock (this)
            {
                while (!_isSet)
                {
                    TimeSpan left = Timeouts.Remaining(timeout, Stopwatch.GetElapsedTime(started));
                    if (left == TimeSpan.Zero)
                        return false;
                    Monitor.Wait(this, RoundedUp(left));
                }
            }

            return true;
        }

        /// <summary>A monitor counts in whole milliseconds and would take a fraction of one for none.</summary>
        private static TimeSpan RoundedUp(TimeSpan time) => time == Timeout.InfiniteTimeSpan
            ? time
            : TimeSpan.FromMilliseconds(Math.Min(Math.Ceiling(time.TotalMilliseconds), int.MaxValue));

        private void Set()
        {
            lock (this)
            {
                _isSet = true;
                Monitor.Pulse(this);
            }
        }
    }
}
