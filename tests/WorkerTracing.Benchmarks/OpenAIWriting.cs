using System.Diagnostics;
using BenchmarkDotNet.Attributes;
using WorkerTracing.Benchmarks.Peer;

namespace WorkerTracing.Benchmarks;

/// <summary>
/// From spans to the JSON of the Traces dashboard, beside objects and <see cref="System.Text.Json.JsonSerializer"/>. All three write the
/// same bytes.
/// </summary>
[MemoryDiagnoser]
public class OpenAIWriting
{
    private const int SpansPerBatch = 32;

    private readonly SerializerPeer _sourceGenerated = new(sourceGenerated: true);
    private readonly SerializerPeer _reflecting = new(sourceGenerated: false);
    private Activity _span = null!;
    private Activity[] _spans = null!;
    private ItemBatch _items = null!;

    [Params(SpanKind.Custom, SpanKind.Generation, SpanKind.LongGeneration)]
    public SpanKind Kind { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _span = SampleSpans.Make(Kind);
        _spans = [.. Enumerable.Repeat(_span, SpansPerBatch)];
        var announced = new AnnouncedTraces(64);
        announced.Add(_span.TraceId, new TraceStatement(_span.ParentSpanId, IsJob: true, 0, 0));
        _items = new ItemBatch(new AgentRuns()) { Delivered = announced, IncludeContent = true };
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = SpansPerBatch)]
    public int SourceGenerated() => Write(_sourceGenerated);

    [Benchmark(OperationsPerInvoke = SpansPerBatch)]
    public int Reflecting() => Write(_reflecting);

    [Benchmark(OperationsPerInvoke = SpansPerBatch)]
    public int WorkerTracing()
    {
        _items.Clear();
        for (int i = 0; i < SpansPerBatch; i++)
            _items.Add(_spans, i);
        return _items.Bytes;
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _items.Dispose();
        _sourceGenerated.Dispose();
        _reflecting.Dispose();
    }

    private int Write(SerializerPeer peer)
    {
        peer.Clear();
        for (int i = 0; i < SpansPerBatch; i++)
            peer.Add(_span);
        return peer.Written.Length;
    }
}
