using System.Diagnostics;

namespace WorkerTracing.Load;

/// <summary>
/// What a number of jobs side by side, each waiting for delivery again and again, came to. Times are from the end of the work to the
/// answer.
/// </summary>
internal sealed record Measurement(
    int Completed,
    TimeSpan Elapsed,
    TimeSpan Cpu,
    TimeSpan RoundTrip,
    TimeSpan P50,
    TimeSpan P99,
    int Exports,
    int ToldWrongly,
    int NewThreads)
{
    public double PerSecond => Completed / Elapsed.TotalSeconds;

    public TimeSpan CpuPerJob => Cpu / Math.Max(1, Completed);

    public double ExportsPerJob => (double)Exports / Math.Max(1, Completed);

    /// <summary>Every job once a round trip is 1: more is not possible.</summary>
    public double OfLimit(int jobs) => PerSecond / (jobs / RoundTrip.TotalSeconds);

    /// <summary>
    /// Jobs per second in the first second of the process: the pool is as small as it starts, and as it is again after a pause; nothing is
    /// compiled yet.
    /// </summary>
    public double FirstSecond { get; init; }

    /// <summary>Lets the jobs run for <paramref name="duration"/>, after <paramref name="warm"/> of it uncounted.</summary>
    public static async Task<Measurement> TakeAsync(Contender contender, IBackend backend, Line line, TimeSpan warm, TimeSpan duration)
    {
        var watch = Stopwatch.StartNew();
        var waits = new List<TimeSpan>[line.Jobs];
        int wrong = 0;
        int threadsBefore = 0;
        TimeSpan warmAt = default;
        TimeSpan cpuAtWarm = default;
        if (warm == TimeSpan.Zero)
            BeginCounting();
        else
            new Thread(() =>
            {
                Thread.Sleep(warm);
                BeginCounting();
            }).Start();

        await Task.WhenAll(Enumerable.Range(0, line.Jobs)
            .Select(index => line.Scenario.OnThreads ? OnThread(() => Loop(index)) : Task.Run(() => LoopAsync(index))));
        TimeSpan elapsed = watch.Elapsed - warmAt;
        TimeSpan cpu = Environment.CpuUsage.TotalTime - cpuAtWarm;
        TimeSpan[] all = [.. waits.SelectMany(static own => own).Order()];
        return new Measurement(
            all.Length, elapsed, cpu, backend.MeasuredRoundTrip, all.ElementAtOrDefault(all.Length / 2), all.ElementAtOrDefault(
                (int)(all.Length * 0.99)),
            backend.Exports, wrong, Math.Max(0, ThreadPool.ThreadCount - threadsBefore));

        void BeginCounting()
        {
            backend.Reset();
            threadsBefore = ThreadPool.ThreadCount;
            cpuAtWarm = Environment.CpuUsage.TotalTime;
            warmAt = watch.Elapsed;
        }

        async Task LoopAsync(int index)
        {
            waits[index] = [];
            var random = new Random(index);
            while (watch.Elapsed < warm + duration)
            {
                TimeSpan began = watch.Elapsed;
                Note(index, began, await contender.RunAsync(line.Scenario.Work(random)));
            }
        }

        void Loop(int index)
        {
            waits[index] = [];
            while (watch.Elapsed < warm + duration)
            {
                TimeSpan began = watch.Elapsed;
                Note(index, began, contender.Run());
            }
        }

        void Note(int index, TimeSpan began, Delivery delivery)
        {
            // Not a conditional and: the backend is asked in any case, since it forgets the trace by it.
            if (delivery.Delivered & backend.Acknowledged(delivery.Trace) != Contender.SpansPerJob)
                Interlocked.Increment(ref wrong);
            if (warmAt != default && began >= warmAt)
                waits[index].Add(delivery.Waited);
        }
    }

    private static Task OnThread(Action loop)
        => Task.Factory.StartNew(loop, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
