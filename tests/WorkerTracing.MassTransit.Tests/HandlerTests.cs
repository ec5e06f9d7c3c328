using System.Diagnostics;
using MassTransit;

namespace WorkerTracing.MassTransitTests;

public sealed class HandlerTests
{
    [Test]
    public async Task Handle_Handler_IsAJob()
    {
        await using TestBus bus = await StartAsync(static _ => Task.CompletedTask);

        using Activity producer = TestSource.Start("producer");
        await bus.Bus.Publish(new OrderPlaced("1"));
        Activity job = (await bus.JobsAsync(1, span => span.TraceId == producer.TraceId))[0];

        Assert.That(job.DisplayName, Is.EqualTo("Handler OrderPlaced"));
        Assert.That(job.ParentSpanId, Is.EqualTo(producer.SpanId));
    }

    [Test]
    public async Task Handle_HandlerThrows_TheJobFails()
    {
        await using TestBus bus = await StartAsync(static _ => throw new InvalidOperationException("no"));

        using Activity producer = TestSource.Start("producer");
        await bus.Bus.Publish(new OrderPlaced("1"));
        Activity job = (await bus.JobsAsync(1, span => span.TraceId == producer.TraceId))[0];

        Assert.That(job.GetTagItem("error.type"), Is.EqualTo(typeof(InvalidOperationException).FullName));
    }

    private static Task<TestBus> StartAsync(MessageHandler<OrderPlaced> handler) => TestBus.StartAsync(
        static _ => { },
        (_, cfg) => cfg.ReceiveEndpoint("handled", endpoint => endpoint.Handler(handler)));
}
