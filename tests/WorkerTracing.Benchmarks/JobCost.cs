using System.Diagnostics;
using BenchmarkDotNet.Attributes;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace WorkerTracing.Benchmarks;

/// <summary>
/// What a job pays for its trace: a framework by itself, with its own instrumentation through OpenTelemetry's batch processor, and with
/// WorkerTracing. The backend has everything at once. Jobs are handed in under a span of the caller's, as from a request, and a round is
/// over when all of them have run.
/// </summary>
[MemoryDiagnoser]
public abstract class JobCost
{
    protected const int JobsPerRound = 1000;

    private static readonly ActivitySource Callers = new("WorkerTracing.Benchmarks");

    private readonly Rounds _rounds = new();
    private TracerProvider? _provider;

    [GlobalSetup(Target = nameof(Bare))]
    public Task StartBareAsync() => StartAsync(null);

    [GlobalSetup(Target = nameof(OwnInstrumentation))]
    public Task StartOwnInstrumentationAsync() => StartInstrumentedAsync(new BatchActivityExportProcessor(new NullExporter()));

    [GlobalSetup(Target = nameof(OwnInstrumentationWithOurDefaults))]
    public Task StartOwnInstrumentationWithOurDefaultsAsync()
    {
        var ours = new BatchTraceProcessorOptions();
        int trigger = (int)(ours.MaxQueueSize * ours.ExportTriggerRatio);
        // theirs starts an export when a batch is full
        return StartInstrumentedAsync(new BatchActivityExportProcessor(new NullExporter(), ours.MaxQueueSize, maxExportBatchSize: trigger));
    }

    [GlobalSetup(Target = nameof(FlushNone))]
    public Task StartFlushNoneAsync() => StartTracedAsync(FlushMode.None, PeerBatching);

    [GlobalSetup(Target = nameof(FlushNoneWithOurDefaults))]
    public Task StartFlushNoneWithOurDefaultsAsync() => StartTracedAsync(FlushMode.None, new BatchTraceProcessorOptions());

    [GlobalSetup(Target = nameof(FlushBackground))]
    public Task StartFlushBackgroundAsync() => StartTracedAsync(FlushMode.Background, PeerBatching);

    [GlobalSetup(Target = nameof(Disabled))]
    public Task StartDisabledAsync()
    {
        _provider = Sdk.CreateTracerProviderBuilder().Build();
        return StartAsync(new JobTracer(_provider, new WorkerTracingOptions { Enabled = false }));
    }

    [Benchmark(OperationsPerInvoke = JobsPerRound)]
    public Task Bare() => RunRoundAsync();

    [Benchmark(OperationsPerInvoke = JobsPerRound)]
    public Task Disabled() => RunRoundAsync();

    [Benchmark(Baseline = true, OperationsPerInvoke = JobsPerRound)]
    public Task OwnInstrumentation() => RunRoundAsync();

    [Benchmark(OperationsPerInvoke = JobsPerRound)]
    public Task OwnInstrumentationWithOurDefaults() => RunRoundAsync();

    [Benchmark(OperationsPerInvoke = JobsPerRound)]
    public Task FlushNone() => RunRoundAsync();

    [Benchmark(OperationsPerInvoke = JobsPerRound)]
    public Task FlushNoneWithOurDefaults() => RunRoundAsync();

    [Benchmark(OperationsPerInvoke = JobsPerRound)]
    public Task FlushBackground() => RunRoundAsync();

    [GlobalCleanup]
    public async Task CleanUpAsync()
    {
        await StopAsync();
        _provider?.Dispose();
    }

    /// <summary>
    /// What OpenTelemetry's batch processor does by default: an export starts at 512 spans. By our defaults it starts at 5734, and at this
    /// many jobs a second the collector has to copy what waits.
    /// </summary>
    private static BatchTraceProcessorOptions PeerBatching => new() { MaxQueueSize = 2048, MaxBatchSize = 512, ExportTriggerRatio = 0.25 };

    /// <summary>The framework's own activity source.</summary>
    private protected abstract string SourceName { get; }

    /// <summary>Starts the framework.</summary>
    /// <param name="tracer">Null for a framework without WorkerTracing.</param>
    /// <param name="rounds">Told by each job that has run.</param>
    private protected abstract Task StartAsync(JobTracer? tracer, Rounds rounds);

    /// <summary>Hands one job in.</summary>
    private protected abstract Task HandInAsync();

    private protected abstract Task StopAsync();

    private Task StartAsync(JobTracer? tracer) => StartAsync(tracer, _rounds);

    private Task StartInstrumentedAsync(BatchActivityExportProcessor processor)
    {
        _provider = Sdk.CreateTracerProviderBuilder().AddSource(Callers.Name, SourceName).AddProcessor(processor).Build();
        return StartAsync(null);
    }

    private Task StartTracedAsync(FlushMode flush, BatchTraceProcessorOptions batching)
    {
        _provider = Sdk.CreateTracerProviderBuilder()
            .AddSource(Callers.Name, "WorkerTracing")
            .AddProcessor(new BatchTraceProcessor(new NullExporter(), batching))
            .Build();
        return StartAsync(new JobTracer(_provider, new WorkerTracingOptions { Flush = flush }));
    }

    private async Task RunRoundAsync()
    {
        Task done = _rounds.Begin(JobsPerRound);
        using Activity? caller = Callers.StartActivity("request");
        for (int i = 0; i < JobsPerRound; i++)
            await HandInAsync();
        await done;
    }
}
