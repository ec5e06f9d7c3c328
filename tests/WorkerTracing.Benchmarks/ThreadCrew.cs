namespace WorkerTracing.Benchmarks;

/// <summary>Threads that live as long as the benchmark and run one round of work together on request.</summary>
internal sealed class ThreadCrew : IDisposable
{
    private readonly Barrier _start;
    private readonly Barrier _end;
    private volatile bool _stopping;

    /// <summary>Starts the threads.</summary>
    /// <param name="threads">How many.</param>
    /// <param name="begin">Runs once on each thread, and answers that thread's part of a round.</param>
    public ThreadCrew(int threads, Func<int, Action> begin)
    {
        _start = new Barrier(threads + 1);
        _end = new Barrier(threads + 1);
        for (int i = 0; i < threads; i++)
        {
            int number = i;
            new Thread(() => Run(begin(number))) { IsBackground = true, Name = $"Crew {number}" }.Start();
        }
    }

    /// <summary>Runs one round, and returns when the last thread is through.</summary>
    public void RunRound()
    {
        _start.SignalAndWait();
        _end.SignalAndWait();
    }

    public void Dispose()
    {
        _stopping = true;
        _start.SignalAndWait();
        _end.SignalAndWait();
        _start.Dispose();
        _end.Dispose();
    }

    private void Run(Action part)
    {
        while (true)
        {
            _start.SignalAndWait();
            if (_stopping)
            {
                _end.RemoveParticipant();
                return;
            }

            part();
            _end.SignalAndWait();
        }
    }
}
