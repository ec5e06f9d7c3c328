using System.Diagnostics;
using CrashWorker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;
using WorkerTracing;

// A worker that is killed in the middle of a job, and the worker after it, which shows what became of the job.
// Without arguments it starts both. With "first" or "second" and a directory it is one of them.
if (args.Length == 0)
    return await StartBothAsync();

(string run, string directory) = (args[0], args[1]);
HostApplicationBuilder builder = Host.CreateApplicationBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Warning).AddSimpleConsole(static console => console.SingleLine = true);
builder.Configuration["OTEL_SERVICE_NAME"] ??= "crash-worker";
// Every job flushes its trace. A schedule of a second would show the steps of a job that takes longer before the job.
builder.Configuration["OTEL_BSP_SCHEDULE_DELAY"] ??= "30000";
WorkerTracingBuilder tracing = builder.Services
    .AddWorkerTracing(static options => options.Flush = FlushMode.Wait)
    .AddSource(ReportJob.SourceName)
    .AddFlightRecorder(directory)
    .AddConsoleExporter();
builder.Services.AddOpenTelemetry().WithMetrics(static metrics => metrics.AddWorkerTracingInstrumentation());
if (builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 })
{
    tracing.AddOtlpExporter();
    builder.Services.ConfigureOpenTelemetryMeterProvider(static metrics => metrics.AddOtlpExporter());
}

using IHost host = builder.Build();
await host.StartAsync();
JobTracer tracer = host.Services.GetRequiredService<JobTracer>();
if (run == "first")
{
    await ReportJob.RunAsync(tracer, "monday", attempt: 1, crashes: false);
    await ReportJob.RunAsync(tracer, "tuesday", attempt: 1, crashes: true);
}

WorkerTracingMonitor monitor = host.Services.GetRequiredService<WorkerTracingMonitor>();
while (monitor.GetRecorders() is [{ AbandonedJobs: 0 } or { Backlog: > 0 }])
    await Task.Delay(TimeSpan.FromMilliseconds(50)); // the host has started meanwhile: nothing waits for the recorder
await ReportJob.RunAsync(tracer, "tuesday", attempt: 2, crashes: false);
await host.StopAsync();
return 0;

static async Task<int> StartBothAsync()
{
    string directory = Directory.CreateTempSubdirectory("crash-worker-").FullName;
    Console.WriteLine(
        "CrashWorker kills a worker in the middle of a job on purpose, and prints what the next worker finds of it in the flight recorder. "
            + $"It ends by itself. The flight recorder is in {directory}.\n");
    Console.WriteLine("The first worker ends one job, and is killed in the middle of the next:\n");
    await RunAsync("first", directory);
    Console.WriteLine("\nThe first worker is gone. The second finds its job, and runs it again:\n");
    int exitCode = await RunAsync("second", directory);
    Directory.Delete(directory, recursive: true);
    return exitCode;
}

static async Task<int> RunAsync(string run, string directory)
{
    string program = Environment.ProcessPath!;
    bool isDotnet = Path.GetFileNameWithoutExtension(program) == "dotnet";
    string[] arguments = isDotnet ? [typeof(ReportJob).Assembly.Location, run, directory] : [run, directory];
    using var worker = Process.Start(program, arguments);
    await worker.WaitForExitAsync();
    return worker.ExitCode;
}
