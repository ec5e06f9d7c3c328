// Checks every five seconds that each link in the Markdown files of a folder points to something that exists:
// dotnet run --project samples/QuartzWorker [-- --folder .] [--schedule "0/5 * * * * ?"]
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Metrics;
using Quartz;
using WorkerTracing;

HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
Console.WriteLine(
    "QuartzWorker checks the links of Markdown files every five seconds and prints the trace of each check. A broken link fails the job. "
        + "Ctrl+C ends it.");
builder.Configuration["OTEL_SERVICE_NAME"] ??= "quartz-worker";
WorkerTracingBuilder tracing = builder.Services.AddWorkerTracing().AddSource(LinkCheck.Source.Name).AddConsoleExporter();
builder.Services.AddOpenTelemetry().WithMetrics(static metrics => metrics.AddWorkerTracingInstrumentation());
if (builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 })
{
    tracing.AddOtlpExporter();
    builder.Services.ConfigureOpenTelemetryMeterProvider(static metrics => metrics.AddOtlpExporter());
}

builder.Services.AddQuartz(q => q
    .UseWorkerTracing()
    .ScheduleJob<LinkCheckJob>(
        trigger => trigger.WithCronSchedule(builder.Configuration["schedule"] ?? "0/5 * * * * ?"),
        static job => job.WithIdentity("check links")));
builder.Services.AddQuartzHostedService(static options => options.WaitForJobsToComplete = true);
await builder.Build().RunAsync();

[DisallowConcurrentExecution]
[FlushTrace(FlushMode.Wait)] // the report is on the console when the job is done
internal sealed class LinkCheckJob(IConfiguration configuration) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken) =>
        await LinkCheck.RunAsync(configuration["folder"] ?? ".", cancellationToken);
}
