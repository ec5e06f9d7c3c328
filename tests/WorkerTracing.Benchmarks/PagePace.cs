using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace WorkerTracing.Benchmarks;

/// <summary>
/// What the jobs page costs a job of two spans at 10,000 jobs a second: on a thread that works between the jobs, as time on the clock, and
/// on one that sleeps between bursts of ten, as processor time. Hosts with the page and without it take turns.
/// </summary>
internal static class PagePace
{
    private const int JobsPerSecond = 10_000;

    private static readonly ActivitySource Inner = new("WorkerTracing.Benchmarks.Paced");
    private static readonly JobInfo Job = new() { System = "hosted", Name = "measured" };
    private static readonly TimeSpan Warmup = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(1);

    public static async Task PrintAsync(int rounds)
    {
        Console.WriteLine($"{rounds} rounds of {Measured.TotalSeconds:0} s, {JobsPerSecond} jobs a second, medians in us a job");
        await PrintAsync("a thread that works between the jobs", RunEvenly, rounds);
        await PrintAsync("a thread that sleeps between bursts of ten", RunInBursts, rounds);
    }

    private static async Task PrintAsync(string way, Func<JobTracer, TimeSpan, double> run, int rounds)
    {
        var without = new List<double>();
        var with = new List<double>();
        for (int round = 0; round < rounds; round++)
        {
            without.Add(await MeasureAsync(run, static _ => { }));
            with.Add(await MeasureAsync(run, static tracing => tracing.AddDashboard()));
        }

        double difference = Median([.. with.Zip(without, static (page, bare) => page - bare)]);
        Console.WriteLine($"{way}: without the page {Median(without):0.00}, with it {Median(with):0.00}, difference {difference:0.00}");
    }

    private static async Task<double> MeasureAsync(Func<JobTracer, TimeSpan, double> run, Action<WorkerTracingBuilder> configure)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddLogging();
        configure(builder.Services.AddWorkerTracing().AddSource(Inner.Name).AddExporter(static _ => new NullExporter()));
        using IHost host = builder.Build();
        await host.StartAsync();
        JobTracer tracer = host.Services.GetRequiredService<JobTracer>();
        double cost = 0;
        var thread = new Thread(() =>
        {
            run(tracer, Warmup);
            cost = run(tracer, Measured);
        });
        thread.Start();
        thread.Join();
        await host.StopAsync();
        return cost;
    }

    /// <summary>Runs a job each 100 us.</summary>
    /// <returns>The median of the time that a job took, in microseconds: other threads interrupt some jobs.</returns>
    private static double RunEvenly(JobTracer tracer, TimeSpan duration)
    {
        int jobs = (int)(duration.TotalSeconds * JobsPerSecond);
        long interval = Stopwatch.Frequency / JobsPerSecond;
        var costs = new List<double>(jobs);
        long due = Stopwatch.GetTimestamp();
        for (int i = 0; i < jobs; i++)
        {
            due += interval;
            while (Stopwatch.GetTimestamp() < due)
                Thread.SpinWait(10);
            long began = Stopwatch.GetTimestamp();
            RunJob(tracer);
            costs.Add(Stopwatch.GetElapsedTime(began).TotalMicroseconds);
        }

        return Median(costs);
    }

    private static double RunInBursts(JobTracer tracer, TimeSpan duration)
    {
        TimeSpan before = ThreadProcessorTime.Now;
        long started = Stopwatch.GetTimestamp();
        int jobs = 0;
        while (Stopwatch.GetElapsedTime(started) is var elapsed && elapsed < duration)
        {
            for (int due = (int)(elapsed.TotalSeconds * JobsPerSecond); jobs < due; jobs++)
                RunJob(tracer);
            Thread.Sleep(1);
        }

        return (ThreadProcessorTime.Now - before).TotalMicroseconds / jobs;
    }

    private static void RunJob(JobTracer tracer)
    {
        using JobTrace job = tracer.Start(Job);
        Inner.StartActivity("inner")?.Dispose();
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return (values[(values.Count - 1) / 2] + values[values.Count / 2]) / 2;
    }
}
