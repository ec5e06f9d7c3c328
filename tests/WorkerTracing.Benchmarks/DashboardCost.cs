using System.Diagnostics;
using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace WorkerTracing.Benchmarks;

/// <summary>
/// What a job with one span inside pays for the jobs page. The jobs follow each other without a pause, so the page keeps a share of them.
/// </summary>
[MemoryDiagnoser]
public class DashboardCost
{
    private const int JobsPerRound = 1000;

    private static readonly ActivitySource Inner = new("WorkerTracing.Benchmarks.Inner");
    private static readonly JobInfo Job = new() { System = "hosted", Name = "measured" };

    private IHost? _host;
    private JobTracer? _tracer;

    [GlobalSetup(Target = nameof(WithoutPage))]
    public Task StartWithoutPageAsync() => StartAsync(static _ => { });

    [GlobalSetup(Target = nameof(WithPage))]
    public Task StartWithPageAsync() => StartAsync(static tracing => tracing.AddDashboard());

    [Benchmark(Baseline = true, OperationsPerInvoke = JobsPerRound)]
    public void WithoutPage() => RunRound();

    [Benchmark(OperationsPerInvoke = JobsPerRound)]
    public void WithPage() => RunRound();

    [GlobalCleanup]
    public async Task CleanUpAsync()
    {
        if (_host is null)
            return;
        await _host.StopAsync();
        _host.Dispose();
    }

    private async Task StartAsync(Action<WorkerTracingBuilder> configure)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddLogging();
        configure(builder.Services.AddWorkerTracing().AddSource(Inner.Name).AddExporter(static _ => new NullExporter()));
        _host = builder.Build();
        await _host.StartAsync();
        _tracer = _host.Services.GetRequiredService<JobTracer>();
    }

    private void RunRound()
    {
        for (int i = 0; i < JobsPerRound; i++)
        {
            using JobTrace job = _tracer!.Start(Job);
            Inner.StartActivity("inner")?.Dispose();
        }
    }
}
