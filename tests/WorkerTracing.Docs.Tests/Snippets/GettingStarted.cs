#region first-worker
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkerTracing;
#endregion

namespace Snippets;

/// <summary>README.md and docs/getting-started.md.</summary>
internal static class GettingStarted
{
    public static async Task RunAsync(string[] args)
    {
        #region first-worker
        HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
        builder.Services.AddWorkerTracing(options => options.Flush = FlushMode.Wait).AddConsoleExporter();   // or .AddOtlpExporter()
        builder.Services.AddHostedService<ReportWorker>();
        await builder.Build().RunAsync();
        #endregion
    }
}

#region first-worker
internal sealed class ReportWorker(JobTracer tracer, ILogger<ReportWorker> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(10));
        do
        {
            try
            {
                await tracer.RunAsync("report", BuildReportAsync, stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                logger.LogError(exception, "The report failed; the next one follows.");   // the exception is in the trace, too
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private static async Task BuildReportAsync(JobTrace job, CancellationToken cancellationToken)
    {
        job.SetMetadata("tenant", "acme");
        await Task.Delay(100, cancellationToken);   // your work
    }
}
#endregion
