using Microsoft.Extensions.Logging.Abstractions;
using WorkerTracing.Testing;

namespace WorkerTracing.Tests;

public sealed class DroppedSpanCounterTests
{
    [Test]
    public void Value_ReadWhileThreadsAdd_CountsEachRefusalOnce()
    {
        const int Threads = 4;
        const int Traces = 100_000;
        using var exporter = new RecordingExporter();
        var pipeline = new ExportPipeline(exporter, new BatchTraceProcessorOptions(), NullLogger.Instance, TimeProvider.System);
        SegmentDelivery[] accounts = [.. Enumerable.Range(0, Traces).Select(_ => new SegmentDelivery(pipeline))];
        var count = new DroppedSpanCounter();
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(_ => new Thread(() =>
        {
            // Side by side through the traces, so that the last refusal of one often meets the reader.
            foreach (SegmentDelivery account in accounts)
            {
                count.Add(account);
                count.Add(account);
                count.Add(null);
            }
        }))];

        long before = 0;
        foreach (Thread thread in threads)
            thread.Start();
        while (Array.Exists(threads, static thread => thread.IsAlive))
        {
            long now = count.Value;
            Assert.That(now, Is.GreaterThanOrEqualTo(before), "what was counted stays counted");
            before = now;
        }

        Assert.That(count.Value, Is.EqualTo(Threads * Traces * 3));
        Assert.That(accounts, Has.All.Property(nameof(SegmentDelivery.Lost)).EqualTo(Threads * 2), "each account has its own trace's");
    }
}
