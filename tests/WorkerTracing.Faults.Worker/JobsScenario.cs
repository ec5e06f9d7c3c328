using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace WorkerTracing.Faults.Worker;

/// <summary>Runs the plan's jobs side by side, with a pause when half of them are done.</summary>
internal sealed class JobsScenario : IScenario
{
    public async Task RunAsync(IHost host, WorkerPlan plan, WorkerReport report)
    {
        JobTracer tracer = host.Services.GetRequiredService<JobTracer>();
        await RunAsync(tracer, plan, report, 0, plan.Jobs / 2);
        Harness.Pause("half");
        await RunAsync(tracer, plan, report, plan.Jobs / 2, plan.Jobs);
        report.Jobs = plan.Jobs;
    }

    public static Task RunAsync(JobTracer tracer, WorkerPlan plan, WorkerReport report, int first, int end) => Parallel.ForAsync(
        first,
        end,
        new ParallelOptions { MaxDegreeOfParallelism = plan.Concurrency },
        async (number, _) =>
        {
            var work = new Work(number, plan);
            bool unharmed = await work.RunAsync(tracer);
            report.Add(work.Trace!.Result, plan.FlushTimeout, unharmed);
        });
}
