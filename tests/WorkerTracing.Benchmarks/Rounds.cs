namespace WorkerTracing.Benchmarks;

/// <summary>Counts the jobs of a round as they run.</summary>
internal sealed class Rounds
{
    private TaskCompletionSource _done = new();
    private int _left;

    /// <summary>Begins a round.</summary>
    /// <returns>Completes when so many jobs have run.</returns>
    public Task Begin(int jobs)
    {
        _done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _left, jobs);
        return _done.Task;
    }

    public void Count()
    {
        if (Interlocked.Decrement(ref _left) == 0)
            _done.SetResult();
    }
}
