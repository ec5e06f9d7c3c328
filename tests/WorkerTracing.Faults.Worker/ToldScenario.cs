using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace WorkerTracing.Faults.Worker;

/// <summary>
/// Runs jobs side by side until the process is killed, and tells of each what its flush answered and which spans it had. Every seventh job
/// never ends. With a number of jobs in the plan, it pauses after as many, with none of them running.
/// </summary>
internal sealed class ToldScenario : IScenario
{
    public async Task RunAsync(IHost host, WorkerPlan plan, WorkerReport report)
    {
        JobTracer tracer = host.Services.GetRequiredService<JobTracer>();
        bool isEndless = plan.Jobs == 0;
        await Parallel.ForAsync(
            0,
            isEndless ? int.MaxValue : plan.Jobs,
            new ParallelOptions { MaxDegreeOfParallelism = plan.Concurrency },
            async (number, cancellation) =>
            {
                var work = new Work(number, plan);
                if (isEndless && number % 7 == 3)
                    _ = new Work(number, plan) { Inside = static () => new TaskCompletionSource().Task }.RunAsync(tracer);
                await work.RunAsync(tracer);
                Harness.Say("told", $"{work.Trace!.Result.Status} {string.Join(',', work.SpanIds)}");
            });
        Harness.Pause("half");
    }
}
