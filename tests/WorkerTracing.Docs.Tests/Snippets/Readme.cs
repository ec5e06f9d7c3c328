using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using WorkerTracing;

namespace Snippets;

/// <summary>README.md and the core package's README.</summary>
public static class Readme
{
    public static void UseIt(HostApplicationBuilder builder)
    {
        #region use-it
        builder.Services.AddWorkerTracing(options => options.Flush = FlushMode.Wait)   // or None (the default), or Background
            .AddOtlpExporter();                                                        // reads the OTEL_EXPORTER_OTLP_* variables
        #endregion
    }

    public static async Task RunJobAsync(HostApplicationBuilder builder, JobTracer tracer, CancellationToken stoppingToken)
    {
        #region run-a-job
        builder.Services.AddWorkerTracing(options => options.Flush = FlushMode.Wait).AddOtlpExporter();

        await tracer.RunAsync("nightly-report", (job, token) => BuildReportAsync(token), stoppingToken);
        #endregion
    }

    public static JobTrace WithoutContainer(JobInfo job)
    {
        #region without-a-container
        using TracerProvider provider = Sdk.CreateTracerProviderBuilder()
            .AddSource("WorkerTracing")
            .AddProcessor(new BatchTraceProcessor(new OtlpTraceExporter(new OtlpExporterOptions())))
            .Build();
        var tracer = new JobTracer(provider, new WorkerTracingOptions { Flush = FlushMode.Wait });
        #endregion

        return tracer.Start(job);
    }

    public static void BesideOpenTelemetry(HostApplicationBuilder builder)
    {
        #region beside-opentelemetry
        builder.Services.AddWorkerTracing().AddOtlpExporter();      // new, in the place of tracing.AddOtlpExporter()
        builder.Services.AddOpenTelemetry()
            .WithTracing(tracing => tracing
                .AddAspNetCoreInstrumentation())
            .WithMetrics(metrics => metrics
                .AddWorkerTracingInstrumentation()                  // new
                .AddOtlpExporter());
        #endregion
    }

    public static void NameAttempts(WorkerTracingOptions options)
    {
        #region name-attempts
        options.NameSelector = job => job.Attempt > 1 ? $"{job.Name} (attempt {job.Attempt})" : job.Name;
        #endregion
    }

    private static Task BuildReportAsync(CancellationToken cancellationToken) => Task.Delay(1, cancellationToken);
}
