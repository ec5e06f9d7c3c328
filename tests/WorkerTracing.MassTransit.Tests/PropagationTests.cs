using System.Diagnostics;
using MassTransit;
using OpenTelemetry;

namespace WorkerTracing.MassTransit.Tests;

public sealed class PropagationTests
{
    [Test]
    public async Task Send_ToAQueue_CarriesTheTraceAndItsBaggage()
    {
        await using TestBus bus = await TestBus.StartAsync(static x => x.AddConsumer<PlacedConsumer>());
        string? tenant = null;
        bus.Scenario.OnConsume = (_, _) =>
        {
            tenant = Baggage.GetBaggage("tenant");
            return Task.CompletedTask;
        };

        using Activity producer = TestSource.Start("producer");
        Baggage.SetBaggage("tenant", "acme");
        ISendEndpoint endpoint = await bus.Bus.GetSendEndpoint(new Uri("queue:Placed"));
        await endpoint.Send(new OrderPlaced("1"));
        Activity job = (await bus.JobsAsync(1))[0];

        Assert.That(job.ParentSpanId, Is.EqualTo(producer.SpanId));
        Assert.That(tenant, Is.EqualTo("acme"));
    }

    [Test]
    public async Task Publish_InsideAConsumer_TheNextJobIsBelowThisOne()
    {
        await using TestBus bus = await StartChainAsync();
        bus.Scenario.OnConsume = static (context, _) => context is ConsumeContext<OrderPlaced>
            ? context.Publish(new StockReserved("1"))
            : Task.CompletedTask;

        IReadOnlyList<Activity> jobs = await RunChainAsync(bus);

        Assert.That(jobs[1].ParentSpanId, Is.EqualTo(jobs[0].SpanId));
        Assert.That(jobs[1].TraceId, Is.EqualTo(jobs[0].TraceId));
    }

    [Test]
    public async Task Publish_InsideAConsumerWithTheInMemoryOutbox_TheNextJobIsBelowThisOne()
    {
        await using TestBus bus = await StartChainAsync(static (context, cfg) => cfg.UseInMemoryOutbox(context));
        bool heldBack = false;
        bus.Scenario.OnConsume = async (context, _) =>
        {
            if (context is not ConsumeContext<OrderPlaced>)
                return;
            await context.Publish(new StockReserved("1"));
            heldBack = bus.Scenario.Calls == 1;
        };

        IReadOnlyList<Activity> jobs = await RunChainAsync(bus);

        Assert.That(heldBack, "the outbox sends after the consumer");
        Assert.That(jobs[1].ParentSpanId, Is.EqualTo(jobs[0].SpanId), "though the job has ended when the outbox sends");
    }

    [Test]
    public async Task Publish_AfterAConsumedMessageCarriedATrace_TheOldHeadersDoNotTravelOn()
    {
        await using TestBus bus = await StartChainAsync();
        string? state = "none";
        bus.Scenario.OnConsume = async (context, _) =>
        {
            if (context is ConsumeContext<OrderPlaced>)
                await context.Publish(new StockReserved("1"));
            else
                state = context.Headers.Get<string>("tracestate");
        };

        var sender = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);
        await bus.Bus.Publish(new OrderPlaced("1"), context =>
        {
            context.Headers.Set("traceparent", $"00-{sender.TraceId}-{sender.SpanId}-01");
            context.Headers.Set("tracestate", "vendor=1");
        });
        IReadOnlyList<Activity> jobs = await bus.JobsAsync(2, span => span.TraceId == sender.TraceId);

        Assert.That(jobs[1].ParentSpanId, Is.EqualTo(jobs[0].SpanId));
        Assert.That(state, Is.EqualTo("vendor=1"), "the job is in the sender's trace, and so is what it sends");
    }

    [Test]
    public async Task Request_ResponseComesBack_TheResponderIsBelowTheRequester()
    {
        await using TestBus bus = await TestBus.StartAsync(static x =>
        {
            x.AddConsumer<StockConsumer>();
            x.AddRequestClient<ReserveStock>();
        });

        using Activity producer = TestSource.Start("producer");
        IRequestClient<ReserveStock> client = bus.Bus.CreateRequestClient<ReserveStock>();
        Response<StockReserved> response = await client.GetResponse<StockReserved>(new ReserveStock("1"));
        Activity job = (await bus.JobsAsync(1))[0];

        Assert.That(job.ParentSpanId, Is.EqualTo(producer.SpanId));
        Assert.That(
            response.Headers.Get<string>("traceparent"),
            Does.Contain(job.SpanId.ToHexString()),
            "the response carries the responder's span");
    }

    [TestCase(true, TestName = "Schedule_WithTheMessageScheduler_IsLinked")]
    [TestCase(false, TestName = "Send_WithADelay_IsLinked")]
    public async Task Delayed(bool scheduler)
    {
        await using TestBus bus = await TestBus.StartAsync(
            static x =>
            {
                x.AddDelayedMessageScheduler();
                x.AddConsumer<PlacedConsumer>();
            },
            static (_, cfg) => cfg.UseDelayedMessageScheduler());

        using Activity producer = TestSource.Start("producer");
        var delay = TimeSpan.FromMilliseconds(50);
        if (scheduler)
            await bus.Bus.CreateDelayedMessageScheduler().SchedulePublish(DateTime.UtcNow + delay, new OrderPlaced("1"));
        else
            await bus.Bus.Publish(new OrderPlaced("1"), context => context.Delay = delay);
        Activity job = (await bus.JobsAsync(1))[0];

        Assert.That(job.TraceId, Is.Not.EqualTo(producer.TraceId), "Auto gives a delayed message a trace of its own");
        Assert.That(job.Links.Single().Context.SpanId, Is.EqualTo(producer.SpanId));
        Assert.That(job.GetTagItem("workflow.trigger.type"), Is.EqualTo("schedule"));
        Assert.That(
            (job.GetTagItem("messaging.system"), job.GetTagItem("messaging.operation.type")),
            Is.EqualTo(("masstransit", "process")),
            "it is a message all the same");
    }

    [Test]
    public async Task Consume_TheFaultOfAMessage_IsBelowTheJobThatFailed()
    {
        await using TestBus bus = await TestBus.StartAsync(static x =>
        {
            x.AddConsumer<PlacedConsumer>();
            x.AddConsumer<FaultConsumer>();
        });
        bus.Scenario.OnConsume = static (context, _) =>
            context is ConsumeContext<OrderPlaced> ? throw new InvalidOperationException("no") : Task.CompletedTask;

        IReadOnlyList<Activity> jobs = await RunChainAsync(bus);

        Assert.That(
            jobs[1].DisplayName,
            Is.EqualTo("PropagationTests.FaultConsumer Fault<OrderPlaced>"),
            "a user's consumer of MassTransit's message is a job");
        Assert.That(jobs[1].ParentSpanId, Is.EqualTo(jobs[0].SpanId));
    }

    [Test]
    public async Task Forward_AMessageThatWasRedelivered_IsTheFirstAttemptElsewhere()
    {
        await using TestBus bus = await TestBus.StartAsync(
            static x =>
            {
                x.AddDelayedMessageScheduler();
                x.AddConsumer<PlacedConsumer>();
            },
            static (_, cfg) =>
            {
                cfg.UseDelayedMessageScheduler();
                cfg.UseDelayedRedelivery(r => r.Intervals(50));
                cfg.ReceiveEndpoint("elsewhere", static e => e.Handler<OrderPlaced>(static _ => Task.CompletedTask));
            });
        bus.Scenario.OnConsume = static (context, call) =>
            call == 1
                ? throw new InvalidOperationException("not yet")
                : ((ConsumeContext<OrderPlaced>)context).Forward(new Uri("queue:elsewhere"));

        using Activity producer = TestSource.Start("producer");
        ISendEndpoint endpoint = await bus.Bus.GetSendEndpoint(new Uri("queue:Placed"));
        await endpoint.Send(new OrderPlaced("1"));
        IReadOnlyList<Activity> jobs = await bus.JobsAsync(3, span => span.TraceId == producer.TraceId);

        Assert.That(
            jobs.Select(job => job.DisplayName),
            Is.EqualTo(new[] { "PlacedConsumer OrderPlaced", "PlacedConsumer OrderPlaced", "Handler OrderPlaced" }));
        Assert.That(jobs.Select(job => job.GetTagItem("worker_tracing.attempt")), Is.EqualTo(new object[] { 1, 2, 1 }));
    }

    [Test]
    public async Task Publish_OldMessage_AutoLinksAfterLinkAfter()
    {
        await using TestBus bus = await TestBus.StartAsync(
            static x => x.AddConsumer<PlacedConsumer>(), options: new WorkerTracingOptions { LinkAfter = TimeSpan.Zero });

        using Activity producer = TestSource.Start("producer");
        await bus.Bus.Publish(new OrderPlaced("1"));
        Activity job = (await bus.JobsAsync(1))[0];

        Assert.That(job.TraceId, Is.Not.EqualTo(producer.TraceId), "it waited longer than LinkAfter");
        Assert.That(job.Links.Single().Context.SpanId, Is.EqualTo(producer.SpanId));
    }

    [TestCase("traceparent", "nonsense")]
    [TestCase("traceparent", "00-00000000000000000000000000000000-0000000000000000-01")]
    [TestCase("traceparent", "\u0000\uFFFF")]
    [TestCase("tracestate", "=,=,=")]
    [TestCase("baggage", ";;;;====")]
    [TestCase("MT-Activity-Id", "zz")]
    public async Task Consume_HostileHeader_IsIgnored(string name, string value)
    {
        await using TestBus bus = await TestBus.StartAsync(static x => x.AddConsumer<PlacedConsumer>());

        await bus.Bus.Publish(new OrderPlaced("1"), context => context.Headers.Set(name, value));
        Activity job = (await bus.JobsAsync(1))[0];

        Assert.That(job.GetTagItem("worker_tracing.attempt"), Is.EqualTo(1));
        Assert.That(job.ParentSpanId, Is.EqualTo(default(ActivitySpanId)));
        Assert.That(job.Status, Is.Not.EqualTo(ActivityStatusCode.Error));
    }

    [Test]
    public async Task Consume_OversizedOrUntextualHeaders_AreIgnored()
    {
        await using TestBus bus = await TestBus.StartAsync(static x => x.AddConsumer<PlacedConsumer>());

        await bus.Bus.Publish(new OrderPlaced("1"), static context =>
        {
            context.Headers.Set("traceparent", 42, true);
            context.Headers.Set("baggage", new string('x', 1 << 20));
        });
        Activity job = (await bus.JobsAsync(1))[0];

        Assert.That(job.ParentSpanId, Is.EqualTo(default(ActivitySpanId)));
    }

    private static Task<TestBus> StartChainAsync(
        Action<IBusRegistrationContext, IInMemoryBusFactoryConfigurator>? configure = null) => TestBus.StartAsync(
        static x =>
        {
            x.AddConsumer<PlacedConsumer>();
            x.AddConsumer<ReservedConsumer>();
        },
        configure);

    private static async Task<IReadOnlyList<Activity>> RunChainAsync(TestBus bus)
    {
        using Activity producer = TestSource.Start("producer");
        await bus.Bus.Publish(new OrderPlaced("1"));
        return await bus.JobsAsync(2, span => span.TraceId == producer.TraceId);
    }

    public sealed class ReservedConsumer(Scenario scenario) : IConsumer<StockReserved>
    {
        public Task Consume(ConsumeContext<StockReserved> context) => scenario.ConsumeAsync(context);
    }

    public sealed class FaultConsumer(Scenario scenario) : IConsumer<Fault<OrderPlaced>>
    {
        public Task Consume(ConsumeContext<Fault<OrderPlaced>> context) => scenario.ConsumeAsync(context);
    }
}
