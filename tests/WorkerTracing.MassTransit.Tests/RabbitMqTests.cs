using System.Diagnostics;
using System.Text;
using MassTransit;
using OpenTelemetry;
using WorkerTracing.Testing;

namespace WorkerTracing.MassTransit.Tests;

public sealed class RabbitMqTests
{
    [Test]
    public async Task Consume_PublishedByMassTransit_ContinuesTheTrace()
    {
        await using RabbitMqWorker worker = await RabbitMqWorker.StartAsync(RabbitMq.Address, RabbitMq.NewQueue());

        using Activity sender = TestSource.Start("producer");
        Baggage.SetBaggage("tenant", "acme");
        ISendEndpoint endpoint = await worker.Bus.GetSendEndpoint(new Uri($"queue:{worker.Queue}"));
        await endpoint.Send(new PlainMessage(1));
        Activity job = await worker.JobAsync(sender.TraceId);

        Assert.That(job.ParentSpanId, Is.EqualTo(sender.SpanId));
        Assert.That(job.GetTagItem("messaging.destination.name"), Is.EqualTo(worker.Queue));
        Assert.That(job.GetTagItem("messaging.system"), Is.EqualTo("rabbitmq"));
        Assert.That(worker.Baggage, Is.EqualTo("acme"));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Consume_RawJsonFromAPlainProducer_ContinuesItsTrace(bool asBytes)
    {
        string queue = RabbitMq.NewQueue();
        await using PlainProducer producer = await PlainProducer.ConnectAsync(RabbitMq.Address, queue);
        await using RabbitMqWorker worker = await RabbitMqWorker.StartAsync(RabbitMq.Address, queue);

        var trace = ActivityTraceId.CreateRandom();
        var span = ActivitySpanId.CreateRandom();
        string traceParent = PlainProducer.TraceParent(trace, span);
        await producer.PublishAsync("""{"number":7}""", new Dictionary<string, object?>
        {
            ["traceparent"] = asBytes ? Encoding.ASCII.GetBytes(traceParent) : traceParent,
            ["tracestate"] = "celery=1",
            ["baggage"] = "tenant=acme",
        });
        Activity job = await worker.JobAsync(trace);

        Assert.That(job.ParentSpanId, Is.EqualTo(span));
        Assert.That(job.TraceStateString, Is.EqualTo("celery=1"));
        Assert.That(worker.Baggage, Is.EqualTo("acme"));
        Assert.That(worker.Numbers, Is.EqualTo(new[] { 7 }));
    }

    [Test]
    public async Task Consume_HostileHeadersFromAPlainProducer_EveryMessageIsConsumedAndTraced()
    {
        string queue = RabbitMq.NewQueue();
        await using PlainProducer producer = await PlainProducer.ConnectAsync(RabbitMq.Address, queue);
        await using RabbitMqWorker worker = await RabbitMqWorker.StartAsync(RabbitMq.Address, queue);
        object?[] hostile =
        [
            "", "nonsense", new string('x', 9_000), 42, 3.5, true, null, new byte[] { 0xff, 0xfe, 0x00 }, new byte[9_000],
            new List<object?> { "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", 1 },
            new Dictionary<string, object?> { ["traceparent"] = "x" },
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "00-0AF7651916CD43DD8448EB211C80319C-B7AD6B7169203331-01",
        ];

        for (int i = 0; i < hostile.Length; i++)
        {
            await producer.PublishAsync($$"""{"number":{{i}}}""", new Dictionary<string, object?>
            {
                ["traceparent"] = hostile[i],
                ["tracestate"] = hostile[^(i + 1)],
                ["baggage"] = hostile[i],
                ["MT-Activity-Id"] = hostile[i],
                ["MT-WorkerTracing-Attempt"] = hostile[i],
                ["MT-WorkerTracing-Due"] = hostile[i],
                ["MT-Scheduling-TokenId"] = hostile[i],
                ["MT-Redelivery-Count"] = i % 2 == 0 ? 0 : hostile[i] as int?,
            });
        }

        await Until.TrueAsync(() => worker.Numbers.Count == hostile.Length, "every message is consumed");
        Assert.That(worker.Faulted, Is.Zero);
        Assert.That(worker.Traces.Where(static trace => trace is not { IsRecorded: true }), Is.Empty, "every message is traced");
    }
}
