using System.Diagnostics;

namespace WorkerTracing.Load;

/// <summary>What a number of jobs side by side, each waiting for delivery again and again, came to.</summary>
internal sealed record Measurement(
    string Contender, int Jobs, int Completed, TimeSpan Elapsed, TimeSpan RoundTrip, TimeSpan P50, TimeSpan P99, int Exports, int ToldWrongly, int NewThreads)
{
    public double PerSecond => Completed / Elapsed.TotalSeconds;

    /// <summary>Every job once a round trip: more is not possible.</summary>
    public double OfLimit => PerSecond / (Jobs / RoundTrip.TotalSeconds);

    /// <summary>Lets the jobs run for <paramref name="duration"/>, after a third of it as warm-up.</summary>
    public static async Task<Measurement> TakeAsync(Contender contender, SlowBackend backend, int jobs, TimeSpan duration)
    {
        ThreadPool.GetMinThreads(out int workers, out int io);
        ThreadPool.SetMinThreads(Environment.ProcessorCount + contender.BlockedThreads(jobs), io);
        var watch = Stopwatch.StartNew();
        TimeSpan warm = duration / 3;
        var latencies = new List<TimeSpan>[jobs];
        int wrong = 0;
        int exportsBefore = 0;
        int threadsBefore = 0;
        TimeSpan warmAt = default;
        Task warmUp = Task.Run(async () =>
        {
            await Task.Delay(warm);
            backend.Reset();
            threadsBefore = ThreadPool.ThreadCount;
            warmAt = watch.Elapsed;
        });
        await Task.WhenAll(Enumerable.Range(0, jobs).Select(index => Task.Run(async () =>
        {
            List<TimeSpan> own = latencies[index] = [];
            while (watch.Elapsed < warm + duration)
            {
                TimeSpan began = watch.Elapsed;
                (ActivityTraceId trace, bool delivered) = await contender.RunAsync(TimeSpan.Zero);
                int acknowledged = backend.Acknowledged(trace);
                if (delivered && acknowledged != Load.Contender.SpansPerJob)
                    Interlocked.Increment(ref wrong);
                if (began >= warm && warmUp.IsCompleted)
                    own.Add(watch.Elapsed - began);
            }
        })).Append(warmUp));
        TimeSpan elapsed = watch.Elapsed - warmAt;
        TimeSpan[] all = [.. latencies.SelectMany(static own => own).Order()];
        ThreadPool.SetMinThreads(workers, io);
        return new Measurement(
            contender.Name, jobs, all.Length, elapsed, backend.MeasuredRoundTrip, all[all.Length / 2], all[(int)(all.Length * 0.99)],
            backend.Exports - exportsBefore, wrong, ThreadPool.ThreadCount - threadsBefore);
    }
}
