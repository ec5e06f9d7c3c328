using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Trace;
using WorkerTracing;
using WorkerTracing.Faults.Worker;

var scenarios = new Dictionary<string, IScenario>
{
    ["jobs"] = new JobsScenario(),
    ["told"] = new ToldScenario(),
    ["service"] = new ServiceScenario(),
    ["starved"] = new StarvedScenario(),
    ["clock"] = new ClockScenario(),
    ["rate"] = new RateScenario(),
};

var plan = WorkerPlan.Parse(args[0]);
using var census = new SpanCensus();
using var metrics = new MetricCensus();
var report = new WorkerReport();

HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
builder.Configuration.AddEnvironmentVariables();
builder.Logging.SetMinimumLevel(LogLevel.Trace).AddSimpleConsole()
    .AddConsole(static console => console.LogToStandardErrorThreshold = LogLevel.Trace);
WorkerTracingBuilder tracing = builder.Services.AddWorkerTracing(options =>
{
    options.Flush = plan.Flush;
    options.FlushTimeout = plan.FlushTimeout;
    options.ShutdownTimeout = plan.ShutdownTimeout;
}).AddSource(Work.SourceName);
builder.Services.ConfigureOpenTelemetryTracerProvider(provider => provider.AddProcessor(census));
Exporters.ByName[plan.Exporter](tracing, plan);

using (IHost host = builder.Build())
{
    await host.StartAsync();
    await scenarios[plan.Scenario].RunAsync(host, plan, report);
    long stopping = Stopwatch.GetTimestamp();
    await host.StopAsync();
    report.Held = metrics.Waiting();
    await ((IAsyncDisposable)host).DisposeAsync();
    report.Stopping = Stopwatch.GetElapsedTime(stopping);
}

report.Ended = census.Count;
report.PeakMemory = Process.GetCurrentProcess().PeakWorkingSet64;
metrics.Report(report);
census.Save(plan.SpanFile);
Harness.Say("report", report.ToJson());
return 0;
