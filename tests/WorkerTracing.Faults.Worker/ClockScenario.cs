using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace WorkerTracing.Faults.Worker;

/// <summary>Runs wave after wave of jobs until it has seen the wall clock jump, and one more.</summary>
internal sealed class ClockScenario : IScenario
{
    private static readonly TimeSpan Jump = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);

    public async Task RunAsync(IHost host, WorkerPlan plan, WorkerReport report)
    {
        JobTracer tracer = host.Services.GetRequiredService<JobTracer>();
        await WaveAsync();
        DateTime before = DateTime.UtcNow;
        long started = Stopwatch.GetTimestamp();
        Harness.Pause("half"); // what is read after it may have jumped already
        bool jumped = false;
        using var pace = new PeriodicTimer(Pace); // a jump takes the faked clock a second
        while (!jumped && Stopwatch.GetElapsedTime(started) < Bound)
        {
            await pace.WaitForNextTickAsync();
            await WaveAsync();
            jumped = (DateTime.UtcNow - before - Stopwatch.GetElapsedTime(started)).Duration() > Jump;
        }

        if (!jumped)
            throw new InvalidOperationException("The clock did not jump.");
        await WaveAsync();

        async Task WaveAsync()
        {
            await JobsScenario.RunAsync(tracer, plan, report, report.Jobs, report.Jobs + plan.Concurrency);
            report.Jobs += plan.Concurrency;
        }
    }
}
