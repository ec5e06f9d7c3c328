using System.Diagnostics;
using MassTransit;

namespace WorkerTracing.MassTransit.Tests;

public sealed class BatchTests
{
    [Test]
    public async Task Consume_Batch_IsOneJobLinkedToEveryOrigin()
    {
        await using TestBus bus = await StartAsync(size: 3);

        ActivityContext[] producers = await PublishAsync(bus, 3);
        Activity job = (await bus.JobsAsync(1))[0];

        Assert.Multiple(() =>
        {
            Assert.That(job.DisplayName, Is.EqualTo("BatchTests.OrdersConsumer Batch<OrderPlaced>"));
            Assert.That(job.Links.Select(link => link.Context.SpanId), Is.EquivalentTo(producers.Select(producer => producer.SpanId)));
            Assert.That(
                producers.Select(producer => producer.TraceId),
                Has.None.EqualTo(job.TraceId),
                "a batch continues none of its origins");
            Assert.That(bus.Scenario.Calls, Is.EqualTo(1));
        });
    }

    [Test]
    public async Task Consume_BatchWithWait_NoMessageIsLetGoBeforeTheFlush()
    {
        using var gate = new Testing.Gate();
        var exporter = new Testing.RecordingExporter { OnExport = _ => { gate.Pass(); return OpenTelemetry.ExportResult.Success; } };
        var received = new ReceiveCounter();
        await using TestBus bus = await StartAsync(size: 3, FlushMode.Wait, exporter, received);

        await PublishAsync(bus, 3);
        await bus.Scenario.CalledAsync();
        await gate.EnteredAsync();
        await Testing.Until.TrueAsync(() => bus.Scenario.Seen.Single()!.Activity!.IsStopped, "the job has ended");
        Assert.That(received.Completed, Is.Zero, "the exporter has not answered yet");

        gate.Open();
        await Testing.Until.TrueAsync(() => received.Completed == 3, "all three messages are let go");
        Assert.That(bus.Scenario.Seen.Single()!.Result.Status, Is.EqualTo(FlushStatus.Delivered));
    }

    [Test]
    public async Task Consume_BatchRetriedAtTheEndpoint_AttemptsAreNumberedAndChained()
    {
        await using TestBus bus = await TestBus.StartAsync(
            x => x.AddConsumer<OrdersConsumer>(
                c => c.Options<BatchOptions>(o => o.SetMessageLimit(2).SetTimeLimit(TimeSpan.FromMinutes(5)))),
            static (_, cfg) => cfg.UseMessageRetry(r => r.Immediate(1)));
        bus.Scenario.OnConsume = static (_, call) => call == 1 ? throw new InvalidOperationException("not yet") : Task.CompletedTask;

        await PublishAsync(bus, 2);
        await bus.Scenario.CalledAsync(2);
        IReadOnlyList<Activity> spans = await bus.JobsAsync(3);

        // The retry of a batch is built into the consumer's own pipe: the attempts are inside one job.
        Activity job = spans[0];
        Activity[] attempts = [.. spans.Skip(1)];
        Assert.That(attempts.Select(attempt => attempt.GetTagItem("worker_tracing.attempt")), Is.EqualTo(new object[] { 1, 2 }));
        Assert.That(attempts.Select(attempt => attempt.ParentSpanId), Is.All.EqualTo(job.SpanId));
        Assert.That(attempts[1].Links.Select(link => link.Context.SpanId), Does.Contain(attempts[0].SpanId));
        Assert.That(job.Status, Is.Not.EqualTo(ActivityStatusCode.Error));
    }

    private static Task<TestBus> StartAsync(
        int size,
        FlushMode flush = FlushMode.None,
        Testing.RecordingExporter? exporter = null,
        ReceiveCounter? received = null) =>
        TestBus.StartAsync(
            x => x.AddConsumer<OrdersConsumer>(
                c => c.Options<BatchOptions>(o => o.SetMessageLimit(size).SetTimeLimit(TimeSpan.FromMinutes(5)))),
            (_, cfg) =>
            {
                if (received is not null)
                    cfg.ConnectReceiveObserver(received);
            },
            new WorkerTracingOptions { Flush = flush, FlushTimeout = TimeSpan.FromMinutes(1) },
            exporter: exporter);

    private static async Task<ActivityContext[]> PublishAsync(TestBus bus, int count)
    {
        var producers = new ActivityContext[count];
        for (int i = 0; i < count; i++)
        {
            using Activity producer = TestSource.Start("producer");
            await bus.Bus.Publish(new OrderPlaced($"{i}"));
            producers[i] = producer.Context;
        }

        return producers;
    }

    public sealed class OrdersConsumer(Scenario scenario) : IConsumer<Batch<OrderPlaced>>
    {
        public Task Consume(ConsumeContext<Batch<OrderPlaced>> context) => scenario.ConsumeAsync(context);
    }
}
