using System.Diagnostics;
using WorkerTracing.Testing;

namespace WorkerTracing.MassTransit.Tests;

/// <summary>
/// A producer without MassTransit, and a consumer that records MassTransit's own source. A listener is the whole process's, so these run by
/// themselves.
/// </summary>
[NonParallelizable]
public sealed class RabbitMqSourceTests
{
    [Test]
    public async Task Consume_ThePlainProducerIsSampled_TheJobContinuesItsTrace()
    {
        string queue = RabbitMq.NewQueue();
        await using PlainProducer producer = await PlainProducer.ConnectAsync(RabbitMq.Address, queue);
        await using RabbitMqWorker worker = await RabbitMqWorker.StartAsync(RabbitMq.Address, queue, "MassTransit");

        var trace = ActivityTraceId.CreateRandom();
        var span = ActivitySpanId.CreateRandom();
        await producer.PublishAsync("""{"number":7}""", new Dictionary<string, object?>
        {
            ["traceparent"] = PlainProducer.TraceParent(trace, span),
        });
        Activity job = await worker.JobAsync(trace);

        Assert.That(job.ParentSpanId, Is.EqualTo(span));
    }

    [Test]
    public async Task Consume_ThePlainProducerIsNotSampled_NothingIsRecorded()
    {
        using var ended = new EndedSpans("MassTransit");
        string queue = RabbitMq.NewQueue();
        await using PlainProducer producer = await PlainProducer.ConnectAsync(RabbitMq.Address, queue);
        await using RabbitMqWorker worker = await RabbitMqWorker.StartAsync(RabbitMq.Address, queue, "MassTransit");

        var trace = ActivityTraceId.CreateRandom();
        await producer.PublishAsync("""{"number":7}""", new Dictionary<string, object?>
        {
            ["traceparent"] = $"00-{trace}-{ActivitySpanId.CreateRandom()}-00",
        });
        await Until.TrueAsync(() => ended.Named($"{queue} receive").Any(), "the delivery has ended");

        Assert.That(ended.Named($"{queue} receive").Single().Recorded, Is.False);
        Assert.That(worker.Traces.Single()!.IsRecorded, Is.False);
        Assert.That(worker.Traces.Single()!.TraceId, Is.EqualTo(trace));
        Assert.That(worker.Exporter.Spans, Is.Empty);
    }
}
