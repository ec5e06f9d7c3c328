using WorkerTracing.Testing;

namespace WorkerTracing.Tests;

public sealed class BatchTraceProcessorTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    [Test]
    public async Task FlushAsync_QueuedSpans_DeliversThem()
    {
        var exporter = new RecordingExporter();
        using var processor = new BatchTraceProcessor(exporter);
        End(processor, 3);

        FlushResult result = await processor.FlushAsync(Long);

        Assert.That(result, Is.EqualTo(new FlushResult(FlushStatus.Delivered, 3, 0, result.Elapsed)));
        Assert.That(exporter.Spans, Has.Count.EqualTo(3));
    }

    private static void End(BatchTraceProcessor processor, int count)
    {
        for (int i = 0; i < count; i++)
            processor.OnEnd(Spans.Ended());
    }
}
