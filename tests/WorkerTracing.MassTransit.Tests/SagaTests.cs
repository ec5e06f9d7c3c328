using System.Diagnostics;
using MassTransit;

namespace WorkerTracing.MassTransit.Tests;

public sealed class SagaTests
{
    [Test]
    public async Task Consume_StateMachine_IsAJobNamedAfterTheMachine()
    {
        await using TestBus bus = await TestBus.StartAsync(x => x.AddSagaStateMachine<OrderMachine, OrderState>().InMemoryRepository());

        var order = Guid.NewGuid();
        ActivityTraceId trace;
        using (Activity producer = TestSource.Start("producer"))
        {
            trace = producer.TraceId;
            await bus.Bus.Publish(new OrderSubmitted(order));
            await bus.JobsAsync(1, span => span.TraceId == trace);
            await bus.Bus.Publish(new OrderPaid(order));
        }

        IReadOnlyList<Activity> jobs = await bus.JobsAsync(2, span => span.TraceId == trace);
        Assert.That(
            jobs.Select(job => job.DisplayName),
            Is.EqualTo(new[] { "SagaTests.OrderMachine SagaTests.OrderSubmitted", "SagaTests.OrderMachine SagaTests.OrderPaid" }));
        Assert.That(jobs.Select(job => JobTrace.Of(job)!.Job.Member), Is.All.EqualTo(typeof(OrderMachine)));
    }

    [Test]
    public async Task Consume_StateMachineThrows_TheJobFailsWithItsOwnException()
    {
        await using TestBus bus = await TestBus.StartAsync(x => x.AddSagaStateMachine<FailingMachine, OrderState>().InMemoryRepository());

        using Activity producer = TestSource.Start("producer");
        await bus.Bus.Publish(new OrderSubmitted(Guid.NewGuid()));
        Activity job = (await bus.JobsAsync(1, span => span.TraceId == producer.TraceId))[0];

        Assert.That(job.GetTagItem("error.type"), Is.EqualTo(typeof(InvalidOperationException).FullName));
    }

    [Test]
    public async Task Consume_SagaClass_IsAJobNamedAfterTheClass()
    {
        await using TestBus bus = await TestBus.StartAsync(x => x.AddSaga<OrderSaga>().InMemoryRepository());

        using Activity producer = TestSource.Start("producer");
        await bus.Bus.Publish(new OrderSubmitted(Guid.NewGuid()));
        Activity job = (await bus.JobsAsync(1, span => span.TraceId == producer.TraceId))[0];

        Assert.That(job.DisplayName, Is.EqualTo("SagaTests.OrderSaga SagaTests.OrderSubmitted"));
        Assert.That(JobTrace.Of(job)!.Job.Member, Is.EqualTo(typeof(OrderSaga)));
    }

    [Test]
    public async Task Consume_SagaRetriesByItself_TheAttemptsAreInsideTheJob()
    {
        await using TestBus bus = await TestBus.StartAsync(static x =>
            x.AddSagaStateMachine<FailingMachine, OrderState>(static (_, saga) => saga.UseMessageRetry(r => r.Immediate(1)))
                .InMemoryRepository());

        using Activity producer = TestSource.Start("producer");
        await bus.Bus.Publish(new OrderSubmitted(Guid.NewGuid()));
        IReadOnlyList<Activity> spans = await bus.JobsAsync(3, span => span.TraceId == producer.TraceId);

        Assert.That(spans.Skip(1).Select(attempt => attempt.GetTagItem("worker_tracing.attempt")), Is.EqualTo(new object[] { 1, 2 }));
        Assert.That(spans.Skip(1).Select(attempt => attempt.ParentSpanId), Is.All.EqualTo(spans[0].SpanId));
        Assert.That(spans[0].Status, Is.EqualTo(ActivityStatusCode.Error));
    }

    [Test]
    public async Task Consume_Futures_AreJobsNamedAfterEach()
    {
        await using TestBus bus = await TestBus.StartAsync(
            static x =>
            {
                x.SetInMemorySagaRepositoryProvider();
                x.AddFuture<SupplyFuture>();
                x.AddFuture<RestockFuture>();
                x.AddConsumer<StockConsumer>();
            },
            static (context, cfg) => cfg.UseInMemoryOutbox(context));

        using Activity producer = TestSource.Start("producer");
        await bus.Bus.CreateRequestClient<Supply>().GetResponse<Supplied>(new Supply("1"));
        await bus.Bus.CreateRequestClient<Restock>().GetResponse<Supplied>(new Restock("1"));
        IReadOnlyList<Activity> jobs = await bus.JobsAsync(6, span => span.TraceId == producer.TraceId);

        string[] expected =
        [
            "SagaTests.SupplyFuture SagaTests.Supply", "StockConsumer ReserveStock", "SagaTests.SupplyFuture StockReserved",
            "SagaTests.RestockFuture SagaTests.Restock", "StockConsumer ReserveStock", "SagaTests.RestockFuture StockReserved",
        ];
        Assert.That(jobs.Select(job => job.DisplayName), Is.EqualTo(expected));
    }

    public sealed record OrderSubmitted(Guid CorrelationId) : CorrelatedBy<Guid>;

    public sealed record OrderPaid(Guid CorrelationId) : CorrelatedBy<Guid>;

    public sealed class OrderState : SagaStateMachineInstance
    {
        public string CurrentState { get; set; } = "";

        public Guid CorrelationId { get; set; }
    }

    public sealed class OrderMachine : MassTransitStateMachine<OrderState>
    {
        public OrderMachine()
        {
            InstanceState(static state => state.CurrentState);
            Initially(When(Submitted).TransitionTo(Waiting));
            During(Waiting, When(Paid).Finalize());
        }

        public State Waiting { get; private set; } = null!;

        public Event<OrderSubmitted> Submitted { get; private set; } = null!;

        public Event<OrderPaid> Paid { get; private set; } = null!;
    }

    public sealed class FailingMachine : MassTransitStateMachine<OrderState>
    {
        public FailingMachine()
        {
            InstanceState(static state => state.CurrentState);
            Initially(When(Submitted).Then(static _ => throw new InvalidOperationException("no")).TransitionTo(Waiting));
        }

        public State Waiting { get; private set; } = null!;

        public Event<OrderSubmitted> Submitted { get; private set; } = null!;
    }

    public sealed class OrderSaga : ISaga, InitiatedBy<OrderSubmitted>
    {
        public Guid CorrelationId { get; set; }

        public Task Consume(ConsumeContext<OrderSubmitted> context) => Task.CompletedTask;
    }

    public sealed record Supply(string Order);

    public sealed record Restock(string Order);

    public sealed record Supplied(string Order);

    public sealed class SupplyFuture : Future<Supply, Supplied>
    {
        public SupplyFuture()
        {
            ConfigureCommand(static x => x.CorrelateById(static _ => NewId.NextGuid()));
            SendRequest<ReserveStock>(static x =>
            {
                x.RequestAddress = new Uri("queue:Stock");
                x.UsingRequestFactory(static context => new ReserveStock(context.GetCommand<Supply>().Order));
            }).OnResponseReceived<StockReserved>(static x => x.SetCompletedUsingFactory(static _ => new Supplied("1")));
        }
    }

    public sealed class RestockFuture : Future<Restock, Supplied>
    {
        public RestockFuture()
        {
            ConfigureCommand(static x => x.CorrelateById(static _ => NewId.NextGuid()));
            SendRequest<ReserveStock>(static x =>
            {
                x.RequestAddress = new Uri("queue:Stock");
                x.UsingRequestFactory(static context => new ReserveStock(context.GetCommand<Restock>().Order));
            }).OnResponseReceived<StockReserved>(static x => x.SetCompletedUsingFactory(static _ => new Supplied("1")));
        }
    }
}
