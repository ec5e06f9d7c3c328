namespace WorkerTracing.Hangfire.Tests;

/// <summary>Lets groups of jobs continue together. Blocks no thread: Hangfire runs asynchronous jobs on the thread pool.</summary>
internal sealed class Rendezvous(int participants)
{
    private readonly Lock _sync = new();
    private TaskCompletionSource _group = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _arrived;

    /// <summary>Completes when as many jobs as a group has have arrived. Throws after a minute.</summary>
    public Task ArriveAsync()
    {
        lock (_sync)
        {
            TaskCompletionSource group = _group;
            if (++_arrived == participants)
            {
                _arrived = 0;
                _group = new(TaskCreationOptions.RunContinuationsAsynchronously);
                group.SetResult();
            }

            return group.Task.WaitAsync(TimeSpan.FromMinutes(1));
        }
    }
}
