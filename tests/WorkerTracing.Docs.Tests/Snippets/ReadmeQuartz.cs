#region quartz
using Microsoft.Extensions.Hosting;
using Quartz;
using WorkerTracing;
#endregion

namespace Snippets;

/// <summary>README.md and docs/getting-started.md.</summary>
public static class ReadmeQuartz
{
    public static async Task RunAsync(string[] args)
    {
        #region quartz
        HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
        builder.Services.AddWorkerTracing().AddConsoleExporter();       // or .AddOtlpExporter()
        builder.Services.AddQuartz(quartz => quartz
            .UseWorkerTracing()
            .ScheduleJob<ReportJob>(
                trigger => trigger.WithCronSchedule("0/10 * * * * ?"),  // every ten seconds
                job => job.WithIdentity("report")));
        builder.Services.AddQuartzHostedService(options => options.WaitForJobsToComplete = true);
        await builder.Build().RunAsync();
        #endregion
    }
}

#region quartz
[FlushTrace(FlushMode.Wait)]   // its trace is delivered before Quartz completes the firing
internal sealed class ReportJob : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken) =>
        await Task.Delay(100, cancellationToken);   // your work
}
#endregion
