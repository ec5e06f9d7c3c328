using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Trace;
using Quartz;
using WorkerTracing;
using static Snippets.QuartzScheduler;

namespace Snippets;

/// <summary>docs/frameworks/quartz.md and the package's README.</summary>
public static class QuartzScheduler
{
    public static void Host(HostApplicationBuilder builder)
    {
        #region host
        builder.Services.AddWorkerTracing(options => options.Flush = FlushMode.Background).AddOtlpExporter();
        builder.Services.AddQuartz(q => q.UseWorkerTracing());
        builder.Services.AddQuartzHostedService(options => options.WaitForJobsToComplete = true);
        #endregion
    }

    public static void Package(HostApplicationBuilder builder)
    {
        #region package
        builder.Services.AddWorkerTracing().AddOtlpExporter();
        builder.Services.AddQuartz(q => q.UseWorkerTracing());
        #endregion
    }

    public static async Task<IScheduler> WithoutContainerAsync()
    {
        #region without-a-container
        using TracerProvider provider = Sdk.CreateTracerProviderBuilder()
            .AddSource("WorkerTracing")
            .AddProcessor(new BatchTraceProcessor(new OtlpTraceExporter(new OtlpExporterOptions())))
            .Build();
        var tracer = new JobTracer(provider);
        IScheduler scheduler = await QuartzSchedulerBuilder.Create(q => q.UseWorkerTracing(tracer)).BuildScheduler();
        #endregion

        return scheduler;
    }

    public static async Task<IScheduler> WithTracerAsync(TracerProvider tracerProvider)
    {
        #region with-a-tracer
        var tracer = new JobTracer(tracerProvider);
        IScheduler scheduler = await QuartzSchedulerBuilder.Create(q => q.UseWorkerTracing(tracer)).BuildScheduler();
        #endregion

        return scheduler;
    }

    public static void AttachTo(IScheduler scheduler, JobTracer tracer)
    {
        #region existing-scheduler-package
        scheduler.UseWorkerTracing(tracer);
        #endregion
    }

    public static void ExistingScheduler(IScheduler scheduler, JobTracer tracer)
    {
        #region existing-scheduler
        scheduler.ListenerManager.AddJobListener(new JobTraceListener(tracer));
        #endregion
    }

    public static Task BuildReportAsync(CancellationToken cancellationToken) => Task.Delay(1, cancellationToken);
}

#region flushed-job
[FlushTrace(FlushMode.Wait)]
public sealed class NightlyReport : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken) => await BuildReportAsync(cancellationToken);
}
#endregion
