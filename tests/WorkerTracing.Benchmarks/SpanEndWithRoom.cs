using System.Diagnostics;
using BenchmarkDotNet.Attributes;
using OpenTelemetry;

namespace WorkerTracing.Benchmarks;

/// <summary>
/// The queue has room for a whole round and is emptied between rounds, so neither exporter competes for the cores. It fits into a core's
/// own cache, as the default one does: a larger one measures how far off its memory is. Rounds are short, therefore, and many.
/// </summary>
[MemoryDiagnoser]
[WarmupCount(200)]
[IterationCount(400)]
public class SpanEndWithRoom : SpanEnd
{
    private const int QueueSize = 1 << 16;
    private const int SpansPerRound = 60_000;
    private const int NeverMilliseconds = int.MaxValue;

    private BaseProcessor<Activity>? _processor;

    protected override int Spans => SpansPerRound;

    [GlobalSetup(Target = nameof(OpenTelemetry))]
    public void StartPeer() => Start(_processor = Peer());

    [GlobalSetup(Target = nameof(WorkerTracing))]
    public void StartOurs() => Start(_processor = Ours());

    [Benchmark(Baseline = true, OperationsPerInvoke = SpansPerRound)]
    public void OpenTelemetry() => RunRound();

    [Benchmark(OperationsPerInvoke = SpansPerRound)]
    public void WorkerTracing() => RunRound();

    [IterationCleanup]
    public void Drain()
    {
        if (!_processor!.ForceFlush())
            throw new InvalidOperationException("The queue did not take a whole round.");
    }

    [GlobalCleanup]
    public void CleanUp() => End();

    protected override BaseProcessor<Activity> Peer() =>
        new BatchActivityExportProcessor(new NullExporter(), QueueSize, NeverMilliseconds, maxExportBatchSize: QueueSize);

    protected override BaseProcessor<Activity> Ours() => new BatchTraceProcessor(
        new NullExporter(),
        new BatchTraceProcessorOptions
        {
            MaxQueueSize = QueueSize,
            MaxBatchSize = QueueSize,
            ExportTriggerRatio = 1,
            ScheduleDelay = TimeSpan.FromDays(1)
        });
}
