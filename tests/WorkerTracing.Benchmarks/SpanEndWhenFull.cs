using System.Diagnostics;
using BenchmarkDotNet.Attributes;
using OpenTelemetry;

namespace WorkerTracing.Benchmarks;

/// <summary>The backend hangs and the queue is full: every span is refused, and counted.</summary>
[MemoryDiagnoser]
public class SpanEndWhenFull : SpanEnd
{
    private const int QueueSize = 2048;
    private const int SpansPerRound = 960_000;

    private readonly HungExporter _exporter = new();

    protected override int Spans => SpansPerRound;

    [GlobalSetup(Target = nameof(OpenTelemetry))]
    public void StartPeer() => Start(Peer());

    [GlobalSetup(Target = nameof(WorkerTracing))]
    public void StartOurs() => Start(Ours());

    [Benchmark(Baseline = true, OperationsPerInvoke = SpansPerRound)]
    public void OpenTelemetry() => RunRound();

    [Benchmark(OperationsPerInvoke = SpansPerRound)]
    public void WorkerTracing() => RunRound();

    [GlobalCleanup]
    public void CleanUp()
    {
        _exporter.Release();
        End();
    }

    protected override BaseProcessor<Activity> Peer()
        => Fill(new BatchActivityExportProcessor(_exporter, QueueSize, maxExportBatchSize: QueueSize / 4));

    protected override BaseProcessor<Activity> Ours() =>
        Fill(new BatchTraceProcessor(_exporter, new BatchTraceProcessorOptions { MaxQueueSize = QueueSize, MaxBatchSize = QueueSize / 4 }));

    private BaseProcessor<Activity> Fill(BaseProcessor<Activity> processor)
    {
        using var span = new Activity("span") { ActivityTraceFlags = ActivityTraceFlags.Recorded };
        for (int i = 0; i < QueueSize; i++)
            processor.OnEnd(span);
        _exporter.WaitUntilItHangs();
        for (int i = 0; i < QueueSize; i++)
            processor.OnEnd(span);
        return processor;
    }
}
