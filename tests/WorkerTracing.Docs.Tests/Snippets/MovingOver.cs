using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Trace;
using WorkerTracing;

namespace Snippets;

/// <summary>docs/moving-over.md.</summary>
public static class MovingOver
{
    private static readonly ActivitySource source = new("Reports");

    public static async Task BeforeAsync(TracerProvider provider, CancellationToken cancellationToken)
    {
        #region before
        using (Activity? span = source.StartActivity("nightly-report"))
        {
            await BuildReportAsync(cancellationToken);
        }

        provider.ForceFlush(5000);
        #endregion
    }

    public static async Task AfterAsync(JobTracer tracer, CancellationToken cancellationToken)
    {
        #region after
        await tracer.RunAsync("nightly-report", (job, token) => BuildReportAsync(token), cancellationToken);
        #endregion
    }

    public static void Services(IServiceCollection services)
    {
        #region after-services
        services.AddWorkerTracing(options => options.Flush = FlushMode.Wait).AddSource("Reports").AddOtlpExporter();
        #endregion
    }

    public static TracerProvider Processor(BaseExporter<Activity> exporter, TracerProviderBuilder tracing)
    {
        #region processor
        tracing.AddSource("WorkerTracing")
            .AddProcessor(new BatchTraceProcessor(exporter));   // was: new BatchActivityExportProcessor(exporter)
        #endregion

        return tracing.Build()!;
    }

    public static void Unbelieved(IServiceCollection services)
    {
        #region flush-the-others
        services.AddWorkerTracing(options => options.Flush = FlushMode.Wait).AddOtlpExporter().FlushTracerProvider();
        #endregion
    }

    private static Task BuildReportAsync(CancellationToken cancellationToken)
    {
        source.StartActivity("build")?.Dispose();
        return Task.CompletedTask.WaitAsync(cancellationToken);
    }
}
