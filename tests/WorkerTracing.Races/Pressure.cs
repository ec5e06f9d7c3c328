namespace WorkerTracing.Races;

/// <summary>
/// Makes a process a bad place to run in, at moments that a seed decides: the thread pool is short of threads and busy with items that
/// block, threads of its own take the processors away from others, the garbage collector stops everybody. None of it may change what comes
/// out, only how long it takes.
/// </summary>
internal sealed class Pressure : IDisposable
{
    private const int BlockingItems = 4;

    /// <summary>Short, so that each continuation waits for some of them and none for all.</summary>
    private const int LongestBlock = 2;

    private readonly ManualResetEventSlim _released = new();
    private readonly Thread[] _threads;
    private readonly (int Workers, int Completions) _least;
    private int _queued = BlockingItems;

    public Pressure(int seed)
    {
        ThreadPool.GetMinThreads(out _least.Workers, out _least.Completions);
        ThreadPool.SetMinThreads(1, 1);
        for (int i = 0; i < BlockingItems; i++)
            Queue(new Random(seed + i));
        _threads = [Begin(new Random(~seed), Collect), .. Enumerable.Range(1, Environment.ProcessorCount)
            .Select(i => Begin(new Random(~seed - i), Preempt))];
    }

    public void Dispose()
    {
        _released.Set();
        foreach (Thread thread in _threads)
            thread.Join();
        SpinWait.SpinUntil(() => Volatile.Read(ref _queued) == 0);
        ThreadPool.SetMinThreads(_least.Workers, _least.Completions);
        _released.Dispose();
    }

    /// <summary>Blocks a thread of the pool for a moment, again and again. Other work items run in between.</summary>
    private void Queue(Random random) => ThreadPool.UnsafeQueueUserWorkItem(
        _ =>
        {
            if (_released.Wait(random.Next(LongestBlock + 1)))
                Interlocked.Decrement(ref _queued);
            else
                Queue(random);
        },
        null);

    private Thread Begin(Random random, Action<Random> disturb)
    {
        var thread = new Thread(() =>
        {
            while (!_released.Wait(random.Next(10)))
                disturb(random);
        })
        { IsBackground = true, Name = nameof(Pressure) };
        thread.Start();
        return thread;
    }

    private static void Collect(Random random) => GC.Collect(random.Next(3), GCCollectionMode.Forced, blocking: random.Next(2) == 0);

    private static void Preempt(Random random)
    {
        for (int i = random.Next(50); i > 0; i--)
        {
            Thread.SpinWait(random.Next(20_000));
            if (random.Next(4) == 0)
                Thread.Yield();
        }
    }
}
