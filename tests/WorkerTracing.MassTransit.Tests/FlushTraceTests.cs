using System.Reflection;
using MassTransit;
using WorkerTracing.Testing;
using Activity = System.Diagnostics.Activity;

namespace WorkerTracing.MassTransit.Tests;

/// <summary>Where <see cref="FlushTraceAttribute"/> is looked for. What is not marked is not flushed in these tests.</summary>
public sealed class FlushTraceTests
{
    [Test]
    public async Task Consume_OneMethodIsMarked_ItsMessageAloneIsFlushed()
    {
        await using TestBus bus = await TestBus.StartAsync(static x => x.AddConsumer<MarkedConsumer>());

        await bus.Bus.Publish(new ReserveStock("1"));
        await bus.Scenario.CalledAsync();
        await bus.Bus.Publish(new OrderPlaced("1"));
        await bus.Scenario.CalledAsync(2);

        JobTrace[] traces = [.. bus.Scenario.Seen.OfType<JobTrace>()];
        await Until.TrueAsync(() => traces[1].Result.Status == FlushStatus.Delivered, "the marked method's job is delivered");
        Assert.That(traces[0].Result.Status, Is.EqualTo(FlushStatus.NotRequested));
        Assert.That(traces[1].Job.Member, Is.InstanceOf<MethodInfo>());
        Assert.That(traces[0].Job.Member, Is.EqualTo(typeof(MarkedConsumer)));
    }

    [Test]
    public async Task Consume_MethodSaysOtherThanItsType_TheMethodIsBelieved()
    {
        await using TestBus bus = await TestBus.StartAsync(static x => x.AddConsumer<ContradictingConsumer>());

        await bus.Bus.Publish(new OrderPlaced("1"));
        await bus.Scenario.CalledAsync();

        await Until.TrueAsync(() => bus.Scenario.Seen.Single()!.Result.Status == FlushStatus.Delivered, "the method's mode is Wait");
    }

    [Test]
    public async Task Consume_BatchSagaAndActivityWithMarkedMethods_AreFlushed()
    {
        await using TestBus bus = await TestBus.StartAsync(static x =>
        {
            x.AddConsumer<MarkedBatchConsumer>(static c => c.Options<BatchOptions>(static o => o.SetMessageLimit(1)));
            x.AddSaga<MarkedSaga>().InMemoryRepository();
            x.AddExecuteActivity<MarkedActivity, MarkedArguments>();
        });

        using Activity producer = TestSource.Start("producer");
        await bus.Bus.Publish(new OrderPlaced("1"));
        await bus.Bus.Publish(new SagaTests.OrderSubmitted(Guid.NewGuid()));
        var slip = new RoutingSlipBuilder(NewId.NextGuid());
        slip.AddActivity("marked", new Uri("queue:Marked_execute"), new { Order = "1" });
        await bus.Bus.Execute(slip.Build());

        string[] expected =
        [
            "FlushTraceTests.MarkedBatchConsumer Batch<OrderPlaced>",
            "FlushTraceTests.MarkedSaga SagaTests.OrderSubmitted",
            "FlushTraceTests.MarkedActivity FlushTraceTests.MarkedArguments",
        ];
        await Until.TrueAsync(
            () => expected.All(name => bus.Exporter.Spans.Any(span => span.DisplayName == name)),
            "all three are delivered, and nothing but the jobs flushes");
    }

    public sealed record MarkedArguments(string Order);

    public sealed class MarkedConsumer(Scenario scenario) : IConsumer<OrderPlaced>, IConsumer<ReserveStock>
    {
        [FlushTrace(FlushMode.Wait)]
        public Task Consume(ConsumeContext<OrderPlaced> context) => scenario.ConsumeAsync(context);

        public Task Consume(ConsumeContext<ReserveStock> context) => scenario.ConsumeAsync(context);
    }

    [FlushTrace(FlushMode.None)]
    public sealed class ContradictingConsumer(Scenario scenario) : IConsumer<OrderPlaced>
    {
        [FlushTrace(FlushMode.Wait)]
        public Task Consume(ConsumeContext<OrderPlaced> context) => scenario.ConsumeAsync(context);
    }

    public sealed class MarkedBatchConsumer : IConsumer<Batch<OrderPlaced>>
    {
        [FlushTrace(FlushMode.Wait)]
        public Task Consume(ConsumeContext<Batch<OrderPlaced>> context) => Task.CompletedTask;
    }

    public sealed class MarkedSaga : ISaga, InitiatedBy<SagaTests.OrderSubmitted>
    {
        public Guid CorrelationId { get; set; }

        [FlushTrace(FlushMode.Wait)]
        public Task Consume(ConsumeContext<SagaTests.OrderSubmitted> context) => Task.CompletedTask;
    }

    public sealed class MarkedActivity : IExecuteActivity<MarkedArguments>
    {
        [FlushTrace(FlushMode.Wait)]
        public Task<ExecutionResult> Execute(ExecuteContext<MarkedArguments> context) => Task.FromResult(context.Completed());
    }
}
