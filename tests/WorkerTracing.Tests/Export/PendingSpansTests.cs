using Microsoft.Extensions.Logging.Abstractions;
using WorkerTracing.Testing;

namespace WorkerTracing.Tests;

public sealed class PendingSpansTests
{
    [Test]
    public void Take_RetainedSpans_KeepTheirPlacesInTheQueue()
    {
        object sync = new();
        var sender = new SpanSender(new OutcomeExporter(), TimeSpan.FromSeconds(30), NullLogger.Instance);
        var retry = new ExportRetry(TimeProvider.System, new Random(1));
        var spans = new PendingSpans(null!, sender, null, 3, sync, TimeProvider.System);
        var batch = new ExportBatch(3);
        for (int i = 0; i < 3; i++)
            spans.Queue.TryAdd(Spans.Ended(), default, out _);
        lock (sync)
        {
            spans.Take(batch, spans.Queue.Tail, retry);
            spans.OnStarted(batch);
            batch.Outcomes.Fill(ExportOutcome.Retained);
            spans.OnCompleted(batch, retry, TimeSpan.Zero);
            batch.Clear();
            retry.OnSuspectsFound();

            spans.Take(batch, spans.Queue.Tail, retry);
        }

        Assert.That(batch.Count, Is.EqualTo(3), "the retained spans are about to leave");
        Assert.That(spans.Queue.TryAdd(Spans.Ended(), default, out _), Is.False, "a thread that ends a span now finds no room");
    }
}
