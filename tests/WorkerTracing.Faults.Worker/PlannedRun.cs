using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Trace;

namespace WorkerTracing.Faults.Worker;

/// <summary>Runs a plan on a host of its own, and reports on it.</summary>
internal static class PlannedRun
{
    private static readonly Dictionary<string, IScenario> Scenarios = new()
    {
        ["jobs"] = new JobsScenario(),
        ["told"] = new ToldScenario(),
        ["service"] = new ServiceScenario(),
        ["starved"] = new StarvedScenario(),
        ["clock"] = new ClockScenario(),
        ["rate"] = new RateScenario(),
    };

    public static async Task RunAsync(WorkerPlan plan)
    {
        using var census = new SpanCensus();
        using var metrics = new MetricCensus();
        var report = new WorkerReport();
        using (IHost host = Build(plan, census))
        {
            await host.StartAsync();
            await Scenarios[plan.Scenario].RunAsync(host, plan, report);
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
        Harness.EndLog();
        Harness.Say("report", report.ToJson());
    }

    private static IHost Build(WorkerPlan plan, SpanCensus census)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        plan.SetEnvironment();
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
        return builder.Build();
    }
}
