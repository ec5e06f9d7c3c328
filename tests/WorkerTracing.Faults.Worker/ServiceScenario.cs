using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace WorkerTracing.Faults.Worker;

/// <summary>Runs jobs one after another until the process is asked to stop, as a hosted service does.</summary>
internal sealed class ServiceScenario : IScenario
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(2);

    public async Task RunAsync(IHost host, WorkerPlan plan, WorkerReport report)
    {
        JobTracer tracer = host.Services.GetRequiredService<JobTracer>();
        CancellationToken stopping = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var pace = new PeriodicTimer(Pace);
        for (int number = 0; !stopping.IsCancellationRequested; number++)
        {
            var work = new Work(number, plan);
            bool unharmed = await work.RunAsync(tracer);
            report.Add(work.Trace!.Result, plan.FlushTimeout, unharmed);
            report.Jobs++;
            if (report.Jobs == plan.Jobs)
                Harness.Say("half", "");
            await pace.WaitForNextTickAsync(CancellationToken.None);
        }
    }
}
