using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace WorkerTracing.Benchmarks;

/// <summary>
/// What the jobs page costs a job at 10,000 jobs a second, as processor time of the thread that runs the jobs. Jobs of two spans come in
/// bursts of a millisecond, and hosts with the page and without it take turns.
/// </summary>
internal static class PagePace
{
    private const int JobsPerSecond = 10_000;

    private static readonly ActivitySource Inner = new("WorkerTracing.Benchmarks.Paced");
    private static readonly JobInfo Job = new() { System = "hosted", Name = "measured" };
    private static readonly TimeSpan Warmup = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(2);

    public static async Task PrintAsync(int rounds)
    {
        var without = new List<double>();
        var with = new List<double>();
        for (int round = 0; round < rounds; round++)
        {
            without.Add(await MeasureAsync(static _ => { }));
            with.Add(await MeasureAsync(static tracing => tracing.AddDashboard()));
        }

        double difference = Median([.. with.Zip(without, static (page, bare) => page - bare)]);
        Console.WriteLine(
            $"{rounds} rounds of {Measured.TotalSeconds:0} s, {JobsPerSecond} jobs a second, processor time of the jobs' thread, medians:");
        Console.WriteLine(
            $"without the page {Median(without):0.00} us a job, with it {Median(with):0.00}; difference of the rounds {difference:0.00} us");
    }

    private static async Task<double> MeasureAsync(Action<WorkerTracingBuilder> configure)
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
            Run(tracer, Warmup);
            TimeSpan before = ThreadProcessorTime.Now;
            int jobs = Run(tracer, Measured);
            cost = (ThreadProcessorTime.Now - before).TotalMicroseconds / jobs;
        });
        thread.Start();
        thread.Join();
        await host.StopAsync();
        return cost;
    }

    private static int Run(JobTracer tracer, TimeSpan duration)
    {
        long started = Stopwatch.GetTimestamp();
        int jobs = 0;
        while (Stopwatch.GetElapsedTime(started) is var elapsed && elapsed < duration)
        {
            for (int due = (int)(elapsed.TotalSeconds * JobsPerSecond); jobs < due; jobs++)
            {
                using JobTrace job = tracer.Start(Job);
                Inner.StartActivity("inner")?.Dispose();
            }

            Thread.Sleep(1);
        }

        return jobs;
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return (values[(values.Count - 1) / 2] + values[values.Count / 2]) / 2;
    }
}
