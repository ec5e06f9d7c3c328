using System.Diagnostics;
using MassTransit;

namespace WorkerTracing.MassTransit.Tests;

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

    [Test]
    public async Task Consume_HandlersAddedToTheContainer_AreJobsToo()
    {
        await using TestBus bus = await TestBus.StartAsync(static x =>
        {
            x.AddHandler(static (OrderPlaced message, IPublishEndpoint publisher) => publisher.Publish(new ReserveStock(message.Order)));
            x.AddHandler(static (ConsumeContext<ReserveStock> context) => Task.FromResult(new StockReserved(context.Message.Order)));
        });

        using Activity producer = TestSource.Start("producer");
        await bus.Bus.Publish(new OrderPlaced("1"), static context => context.ResponseAddress = null);
        IReadOnlyList<Activity> jobs = await bus.JobsAsync(2, span => span.TraceId == producer.TraceId);

        Assert.That(jobs.Select(job => job.DisplayName), Is.EqualTo(new[] { "Handler OrderPlaced", "Handler ReserveStock" }));
        Assert.That(jobs[1].ParentSpanId, Is.EqualTo(jobs[0].SpanId));
        Assert.That(jobs.Select(job => JobTrace.Of(job)!.Job.Member), Is.All.Null);
    }

    private static Task<TestBus> StartAsync(MessageHandler<OrderPlaced> handler) => TestBus.StartAsync(
        static _ => { },
        (_, cfg) => cfg.ReceiveEndpoint("handled", endpoint => endpoint.Handler(handler)));
}
