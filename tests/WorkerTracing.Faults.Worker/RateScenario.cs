using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace WorkerTracing.Faults.Worker;

/// <summary>Ends as many spans a second as the plan says, for as long as it says.</summary>
internal sealed class RateScenario : IScenario
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(5);

    public async Task RunAsync(IHost host, WorkerPlan plan, WorkerReport report)
    {
        JobTracer tracer = host.Services.GetRequiredService<JobTracer>();
        using var tick = new PeriodicTimer(Tick);
        long started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < plan.Duration)
        {
            await tick.WaitForNextTickAsync();
            double due = Math.Min(Stopwatch.GetElapsedTime(started).TotalSeconds, plan.Duration.TotalSeconds) * plan.Rate / 4;
            for (; report.Jobs < due; report.Jobs++)
            {
                var work = new Work(report.Jobs, plan);
                work.Run(tracer);
            }
        }

        report.Unharmed = report.Jobs;
    }
}
