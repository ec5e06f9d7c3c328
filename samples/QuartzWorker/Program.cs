// Checks every ten seconds that each link in the Markdown files of a folder points to something that exists:
// dotnet run --project samples/QuartzWorker [-- --folder .] [--schedule "0/10 * * * * ?"]
using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Metrics;
using Quartz;
using WorkerTracing;

HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
Console.WriteLine(
    "QuartzWorker checks the links of Markdown files every ten seconds and prints the trace of each check. A broken link fails the job. "
        + "Ctrl+C ends it.");
builder.Configuration["OTEL_SERVICE_NAME"] ??= "quartz-worker";
WorkerTracingBuilder tracing = builder.Services.AddWorkerTracing().AddSource(LinkCheckJob.Source.Name).AddConsoleExporter();
builder.Services.AddOpenTelemetry().WithMetrics(static metrics => metrics.AddWorkerTracingInstrumentation());
if (builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 })
{
    tracing.AddOtlpExporter();
    builder.Services.ConfigureOpenTelemetryMeterProvider(static metrics => metrics.AddOtlpExporter());
}

builder.Services.AddQuartz(q => q
    .UseWorkerTracing()
    .ScheduleJob<LinkCheckJob>(
        trigger => trigger.WithCronSchedule(builder.Configuration["schedule"] ?? "0/10 * * * * ?"),
        static job => job.WithIdentity("check links")));
builder.Services.AddQuartzHostedService(static options => options.WaitForJobsToComplete = true);
await builder.Build().RunAsync();

[DisallowConcurrentExecution]
[FlushTrace(FlushMode.Wait)] // the report is on the console when the job is done
internal sealed partial class LinkCheckJob(IConfiguration configuration) : IJob
{
    public static readonly ActivitySource Source = new("QuartzWorker");

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        string folder = Path.GetFullPath(configuration["folder"] ?? ".");
        List<string> broken = [];
        foreach (string file in Directory.EnumerateFiles(folder, "*.md", SearchOption.AllDirectories))
        {
            using Activity? span = Source.StartActivity(Path.GetRelativePath(folder, file));
            string[] targets = [.. Link().Matches(await File.ReadAllTextAsync(file, cancellationToken))
                .Select(static link => link.Groups[1].Value)];
            string[] missing = [.. targets.Where(
                target => !Path.Exists(Path.Combine(Path.GetDirectoryName(file)!, Uri.UnescapeDataString(target))))];
            span?.SetTag("links", targets.Length).SetTag("links.missing", missing.Length);
            broken.AddRange(missing.Select(target => $"{Path.GetRelativePath(folder, file)}: {target}"));
        }

        if (broken.Count > 0)
            throw new FileNotFoundException($"{broken.Count} broken links: {string.Join(", ", broken)}");
    }

    // [text](path#fragment "title"), where the path is no address and no mere fragment
    [GeneratedRegex("""(?<!!)\[[^\]]*\]\((?![a-z]+:|#)([^)#\s]+)""")]
    private static partial Regex Link();
}
