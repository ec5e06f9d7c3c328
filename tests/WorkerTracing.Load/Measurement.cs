using System.Diagnostics;

namespace WorkerTracing.Load;

/// <summary>What a number of jobs side by side, each waiting for delivery again and again, came to. Times are from the end of the work to the answer.</summary>
internal sealed record Measurement(
    string Contender, int Jobs, int Completed, TimeSpan Elapsed, TimeSpan RoundTrip, TimeSpan P50, TimeSpan P99, int Exports, int ToldWrongly, int NewThreads)
{
    public double PerSecond => Completed / Elapsed.TotalSeconds;

    /// <summary>Every job once a round trip: more is not possible.</summary>
    public double OfLimit => PerSecond / (Jobs / RoundTrip.TotalSeconds);

    /// <summary>Lets the jobs run for <paramref name="duration"/>, after a third of it as warm-up.</summary>
    public static async Task<Measurement> TakeAsync(Contender contender, SlowBackend backend, int jobs, Scenario scenario, TimeSpan duration)
    {
        ThreadPool.GetMinThreads(out int workers, out int io);
        ThreadPool.SetMinThreads(Environment.ProcessorCount + contender.BlockedThreads(jobs), io);
        var watch = Stopwatch.StartNew();
        TimeSpan warm = duration / 3;
        var waits = new List<TimeSpan>[jobs];
        int wrong = 0;
        int threadsBefore = 0;
        TimeSpan warmAt = default;
        Task warmUp = Task.Run(async () =>
        {
            await Task.Delay(warm);
            backend.Reset();
            threadsBefore = ThreadPool.ThreadCount;
            warmAt = watch.Elapsed;
        });

        await Task.WhenAll(Enumerable.Range(0, jobs).Select(index => scenario.OnThreads ? OnThread(() => Loop(index)) : Task.Run(() => LoopAsync(index))).Append(warmUp));
        TimeSpan elapsed = watch.Elapsed - warmAt;
        TimeSpan[] all = [.. waits.SelectMany(static own => own).Order()];
        ThreadPool.SetMinThreads(workers, io);
        return new Measurement(
            contender.Name, jobs, all.Length, elapsed, backend.MeasuredRoundTrip, all[all.Length / 2], all[(int)(all.Length * 0.99)],
            backend.Exports, wrong, Math.Max(0, ThreadPool.ThreadCount - threadsBefore));

        async Task LoopAsync(int index)
        {
            waits[index] = [];
            var random = new Random(index);
            while (watch.Elapsed < warm + duration)
            {
                TimeSpan work = scenario.Work(random);
                TimeSpan began = watch.Elapsed;
                Note(index, began, work, await contender.RunAsync(work));
            }
        }

        void Loop(int index)
        {
            waits[index] = [];
            while (watch.Elapsed < warm + duration)
            {
                TimeSpan began = watch.Elapsed;
                Note(index, began, TimeSpan.Zero, contender.Run());
            }
        }

        void Note(int index, TimeSpan began, TimeSpan work, Delivery delivery)
        {
            TimeSpan ended = watch.Elapsed;
            // Not a conditional and: the backend is asked in any case, since it forgets the trace by it.
            if (delivery.Delivered & backend.Acknowledged(delivery.Trace) != Load.Contender.SpansPerJob)
                Interlocked.Increment(ref wrong);
            if (began >= warm && warmUp.IsCompleted)
                waits[index].Add(ended - began - work);
        }
    }

    private static Task OnThread(Action loop) => Task.Factory.StartNew(loop, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
