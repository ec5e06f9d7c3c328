using Microsoft.Extensions.Hosting;
using OpenTelemetry.Trace;
using Quartz;
using WorkerTracing;
using static Snippets.Quartz3;

namespace Snippets;

/// <summary>docs/frameworks/quartz.md and the package's README. Apart from the other snippets: no project can reference both versions of Quartz.</summary>
public static class Quartz3
{
    public static void Package(HostApplicationBuilder builder)
    {
        #region package
        builder.Services.AddWorkerTracing().AddOtlpExporter();
        builder.Services.AddQuartz(q => q.UseWorkerTracing());
        #endregion
    }

    public static void Existing(IScheduler scheduler, TracerProvider tracerProvider)
    {
        #region existing-scheduler
        var tracer = new JobTracer(tracerProvider);
        scheduler.UseWorkerTracing(tracer);
        #endregion
    }

    public static async Task TriggerAsync(IScheduler scheduler, JobKey job)
    {
        #region trace-context
        await scheduler.TriggerJob(job, new JobDataMap().WithTraceContext());
        #endregion
    }

    public static ITrigger Once()
    {
        #region trace-context-of-a-trigger
        ITrigger trigger = TriggerBuilder.Create().StartAt(DateTimeOffset.UtcNow.AddHours(1)).WithTraceContext().Build();
        #endregion

        return trigger;
    }

    public static Task BuildReportAsync(CancellationToken cancellationToken) => Task.Delay(1, cancellationToken);
}

#region flushed-job
[FlushTrace(FlushMode.Wait)]
public sealed class NightlyReport : IJob
{
    public async Task Execute(IJobExecutionContext context) => await BuildReportAsync(context.CancellationToken);
}
#endregion
