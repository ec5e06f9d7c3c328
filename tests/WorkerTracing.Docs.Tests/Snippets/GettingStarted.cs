#region first-worker
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkerTracing;
#endregion
using static Snippets.GettingStarted;

namespace Snippets;

/// <summary>docs/getting-started.md.</summary>
internal static class GettingStarted
{
    public static async Task RunAsync(string[] args)
    {
        #region first-worker
        HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
        builder.Services.AddWorkerTracing(options => options.Flush = FlushMode.Wait).AddConsoleExporter();
        builder.Services.AddHostedService<ReportWorker>();
        await builder.Build().RunAsync();
        #endregion
    }

    public static Task BuildReportAsync(CancellationToken cancellationToken) => Task.Delay(1, cancellationToken);
}

#region first-worker
internal sealed class ReportWorker(JobTracer tracer) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await tracer.RunAsync("report", async (job, token) =>
            {
                job.SetMetadata("tenant", "acme");
                await BuildReportAsync(token);
            }, stoppingToken);
            await Task.Delay(TimeSpan.FromMinutes(1), stoppingToken);
        }
    }
}
#endregion
