using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using WorkerTracing;

namespace Snippets;

/// <summary>docs/metrics.md, docs/logs.md and docs/deployment.md.</summary>
internal static class Operations
{
    public static void Metrics(HostApplicationBuilder builder)
    {
        #region metrics
        builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddWorkerTracingInstrumentation()
            .AddOtlpExporter());
        #endregion
    }

    public static void Logs(HostApplicationBuilder builder)
    {
        #region logs
        builder.Logging.AddOpenTelemetry(logging => logging.IncludeScopes = true);
        builder.Services.AddOpenTelemetry().WithLogging(logging => logging.AddOtlpExporter());
        #endregion
    }

    public static void Console(HostApplicationBuilder builder)
    {
        #region logs-console
        builder.Logging.Configure(options =>
            options.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId);
        builder.Logging.AddSimpleConsole(console => console.IncludeScopes = true);
        #endregion
    }

    public static async Task ScopeAsync(JobTracer tracer, ILogger logger, CancellationToken stoppingToken)
    {
        #region logs-scope
        await tracer.RunAsync("report", async (job, token) =>
        {
            using (logger.BeginScope("{Tenant} {TraceId}", "acme", job.TraceId))
                await BuildReportAsync(token);
        }, stoppingToken);
        #endregion
    }

    public static void Shutdown(HostApplicationBuilder builder)
    {
        #region shutdown
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(45));
        builder.Services.AddWorkerTracing(options => options.ShutdownTimeout = TimeSpan.FromSeconds(10)).AddOtlpExporter();
        #endregion
    }

    #region service-defaults
    public static IHostApplicationBuilder AddServiceDefaults(this IHostApplicationBuilder builder)
    {
        WorkerTracingBuilder tracing = builder.Services.AddWorkerTracing();
        builder.Services.AddOpenTelemetry()
            .WithTracing(traces => traces.AddAspNetCoreInstrumentation())
            .WithMetrics(metrics => metrics.AddWorkerTracingInstrumentation());
        if (!string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
        {
            tracing.AddOtlpExporter();                                          // in the place of UseOtlpExporter()
            builder.Services.ConfigureOpenTelemetryMeterProvider(metrics => metrics.AddOtlpExporter());
            builder.Services.ConfigureOpenTelemetryLoggerProvider(logs => logs.AddOtlpExporter());
        }

        return builder;
    }
    #endregion

    private static Task BuildReportAsync(CancellationToken cancellationToken) => Task.Delay(1, cancellationToken);
}
