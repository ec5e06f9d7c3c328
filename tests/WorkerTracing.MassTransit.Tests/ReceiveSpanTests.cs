using System.Collections.Concurrent;
using System.Diagnostics;
using MassTransit;
using WorkerTracing.Testing;

namespace WorkerTracing.MassTransit.Tests;

/// <summary>
/// With MassTransit's own source recorded: whose trace a message continues. A listener is the whole process's, so these run by themselves.
/// </summary>
[NonParallelizable]
public sealed class ReceiveSpanTests
{
    [Test]
    public async Task Consume_ThePlainProducerIsSampled_TheJobContinuesItsTraceAndLinksToReceive()
    {
        ActivityContext producer = NewProducer(ActivityTraceFlags.Recorded);
        await using TestBus bus = await StartWithPlainSenderAsync(producer);

        await bus.Bus.Publish(new OrderPlaced("1"));
        await Until.TrueAsync(() => Spans(bus, producer.TraceId).Count == 2, "job and process are exported");

        Activity job = bus.Exporter.SpansOf(producer.TraceId).Single(static span => span.Source.Name == "WorkerTracing");
        Activity process = bus.Exporter.SpansOf(producer.TraceId).Single(static span => span.Source.Name == "MassTransit");
        await Until.TrueAsync(() => Receives(bus, job).Any(), "the receive span is exported");
        Activity receive = Receives(bus, job).Single();
        Assert.Multiple(() =>
        {
            Assert.That(job.ParentSpanId, Is.EqualTo(producer.SpanId));
            Assert.That(job.Links.Single().Tags, Is.EqualTo(new[] { KeyValuePair.Create("worker_tracing.link", (object?)"message") }));
            Assert.That(process.ParentSpanId, Is.EqualTo(job.SpanId));
            Assert.That(process.DisplayName, Is.EqualTo("Placed process"));
            Assert.That(receive.TraceId, Is.Not.EqualTo(producer.TraceId), "MassTransit does not read the W3C header");
        });
    }

    [Test]
    public async Task Consume_ThePlainProducerIsNotSampled_NothingIsRecorded()
    {
        ActivityContext producer = NewProducer(ActivityTraceFlags.None);
        using var ended = new EndedSpans("MassTransit");
        await using TestBus bus = await StartWithPlainSenderAsync(producer);
        Activity? ambient = null;
        bus.Scenario.OnConsume = (_, _) =>
        {
            ambient = Activity.Current;
            return Task.CompletedTask;
        };

        await bus.Bus.Publish(new OrderPlaced("1"));
        await bus.Scenario.ReturnedAsync();
        await AssertNothingIsRecordedAsync(bus, ended, "Placed receive");

        Assert.That(ambient?.TraceId, Is.EqualTo(producer.TraceId), "its trace goes on");
        Assert.That(ambient!.Recorded, Is.False);
    }

    [Test]
    public async Task Publish_TheSenderIsNotSampled_NothingIsRecordedAndItsTraceGoesOn()
    {
        using var ended = new EndedSpans("MassTransit");
        await using TestBus bus = await TestBus.StartAsync(
            static x =>
            {
                x.AddConsumer<PlacedConsumer>();
                x.AddConsumer<StockConsumer>();
            },
            tracing: static tracing => tracing.AddSource("MassTransit"));
        var ambient = new ConcurrentQueue<Activity?>();
        bus.Scenario.OnConsume = async (context, _) =>
        {
            ambient.Enqueue(Activity.Current);
            if (context is ConsumeContext<OrderPlaced>)
                await context.Publish(new ReserveStock("1"));
        };

        ActivityContext caller = NewProducer(ActivityTraceFlags.None);
        using (Activity sender = TestSource.Start("producer", caller))
        {
            Assert.That(sender.Recorded, Is.False, "the sampler follows the caller");
            await bus.Bus.Publish(new OrderPlaced("1"));
        }

        await bus.Scenario.ReturnedAsync(2);
        await AssertNothingIsRecordedAsync(bus, ended, "Placed receive", "Stock receive");

        Assert.That(ambient.Select(static span => span?.TraceId), Is.All.EqualTo(caller.TraceId));
        Assert.That(ambient.Select(static span => span?.Recorded), Is.All.EqualTo(false));
    }

    [Test]
    public async Task Consume_ThePlainProducerIsSampledAndAnOutboxSends_TheNextJobIsInItsTrace()
    {
        ActivityContext producer = NewProducer(ActivityTraceFlags.Recorded);
        await using TestBus bus = await TestBus.StartAsync(
            static x =>
            {
                x.AddConsumer<PlacedConsumer>();
                x.AddConsumer<StockConsumer>();
            },
            (context, cfg) =>
            {
                cfg.UseInMemoryOutbox(context);
                HeaderObserver.PlainSender(TraceParent(producer)).ConnectTo(cfg);
            },
            tracing: static tracing => tracing.AddSource("MassTransit"));
        bus.Scenario.OnConsume = static (context, _) =>
            context is ConsumeContext<OrderPlaced> ? context.Publish(new ReserveStock("1")) : Task.CompletedTask;

        await bus.Bus.Publish(new OrderPlaced("1"));
        IReadOnlyList<Activity> jobs = await bus.JobsAsync(2, span => span.TraceId == producer.TraceId);

        Assert.That(
            jobs.Select(static job => job.DisplayName),
            Is.EqualTo(new[] { "PlacedConsumer OrderPlaced", "StockConsumer ReserveStock" }));
    }

    [TestCase("Link")]
    [TestCase("New")]
    public async Task Consume_TheSenderAsksMassTransitForANewTrace_TheJobIsInIt(string propagation)
    {
        ActivityContext producer = NewProducer(ActivityTraceFlags.Recorded);
        await using TestBus bus = await StartWithPlainSenderAsync(producer);

        await bus.Bus.Publish(new OrderPlaced("1"), context => context.Headers.Set("MT-Activity-Propagation", propagation));
        Activity job = (await bus.JobsAsync(1))[0];

        Assert.That(job.TraceId, Is.Not.EqualTo(producer.TraceId));
        Assert.That(job.Links.Select(static link => link.Context.SpanId), Does.Contain(producer.SpanId));
    }

    [Test]
    public async Task Consume_BusWasStartedUnderASpan_NeitherTheJobNorItsChildrenAreInItsTrace()
    {
        Activity? boot = null;
        await using TestBus bus = await TestBus.StartAsync(
            static x => x.AddConsumer<PlacedConsumer>(),
            static (_, cfg) => HeaderObserver.PlainSender(null).ConnectTo(cfg),
            tracing: static tracing => tracing.AddSource("MassTransit"),
            beforeStart: () => boot = TestSource.Start("boot"));

        await bus.Bus.Publish(new OrderPlaced("1"));
        Activity job = (await bus.JobsAsync(1))[0];
        boot!.Stop();

        Assert.That(job.TraceId, Is.Not.EqualTo(boot.TraceId));
        Assert.That(job.ParentSpanId, Is.EqualTo(default(ActivitySpanId)));
    }

    [Test]
    public async Task Publish_FromCodeThatOutlivesTheJob_TheNextJobIsInTheSameTrace()
    {
        using var ended = new Gate();
        JobOrigin origin = default;
        await using TestBus bus = await StartAsync();
        Task? outliving = null;
        bus.Scenario.OnConsume = (_, call) =>
        {
            if (call == 1)
                outliving = PublishLaterAsync();
            return Task.CompletedTask;

            async Task PublishLaterAsync()
            {
                await Task.Yield();
                ended.Pass();
                origin = JobOrigin.Current;
                await bus.Bus.Publish(new OrderPlaced("2"));
            }
        };

        ActivityTraceId trace = await PublishAsync(bus);
        await bus.Scenario.ReturnedAsync();
        await Until.TrueAsync(
            () => Spans(bus, trace).Any(static span => span.DisplayName == "Placed receive"),
            "all spans of the delivery have ended");
        ended.Open();
        await Until.DoneAsync(outliving!, "the code that outlives the job");
        IReadOnlyList<Activity> jobs = await bus.JobsAsync(2, span => span.TraceId == trace);

        Assert.That(origin.Context.TraceId, Is.EqualTo(trace));
        Assert.That(bus.Exporter.Spans.Select(static span => span.SpanId), Does.Contain(origin.Context.SpanId));
        Assert.That(jobs, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Publish_WithBaggage_MassTransitsIdsDoNotTravelAsBaggage()
    {
        await using TestBus bus = await StartAsync();
        string? baggage = null;
        bus.Scenario.OnConsume = (context, _) =>
        {
            baggage = context.Headers.Get<string>("baggage");
            return Task.CompletedTask;
        };

        using (Activity producer = TestSource.Start("producer"))
        {
            producer.SetBaggage("tenant", "acme");
            await bus.Bus.Publish(new OrderPlaced("1"));
        }

        await bus.Scenario.ReturnedAsync();

        Assert.That(baggage, Is.EqualTo("tenant=acme"), "the span of the sending has the conversation's id as baggage of its own");
    }

    private static ActivityContext NewProducer(ActivityTraceFlags flags) =>
        new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), flags, isRemote: true);

    private static string TraceParent(ActivityContext context) => $"00-{context.TraceId}-{context.SpanId}-0{(int)context.TraceFlags}";

    private static Task<TestBus> StartWithPlainSenderAsync(ActivityContext producer) =>
        StartAsync((_, cfg) => HeaderObserver.PlainSender(TraceParent(producer)).ConnectTo(cfg));

    private static IEnumerable<Activity> Receives(TestBus bus, Activity job)
    {
        bus.Processor.Flush(TimeSpan.FromSeconds(10));
        return bus.Exporter.Spans.Where(span => job.Links.Any(link => link.Context.SpanId == span.SpanId));
    }

    private static async Task AssertNothingIsRecordedAsync(TestBus bus, EndedSpans ended, params string[] names)
    {
        foreach (string name in names)
        {
            await Until.TrueAsync(() => ended.Named(name).Any(), $"the span '{name}' has ended");
            Assert.That(ended.Named(name).Select(static span => span.Recorded), Is.All.EqualTo(false));
        }

        bus.Processor.Flush(TimeSpan.FromSeconds(10));
        Assert.That(bus.Exporter.Spans.Where(span => span.Source.Name == "WorkerTracing" || names.Contains(span.DisplayName)), Is.Empty);
    }

    private static Task<TestBus> StartAsync(Action<IBusRegistrationContext, IInMemoryBusFactoryConfigurator>? configure = null) =>
        TestBus.StartAsync(
            static x => x.AddConsumer<PlacedConsumer>(),
            configure,
            tracing: static tracing => tracing.AddSource("MassTransit"));

    private static IReadOnlyList<Activity> Spans(TestBus bus, ActivityTraceId trace)
    {
        bus.Processor.Flush(TimeSpan.FromSeconds(10));
        return bus.Exporter.SpansOf(trace);
    }

    private static async Task<ActivityTraceId> PublishAsync(TestBus bus)
    {
        using Activity producer = TestSource.Start("producer");
        await bus.Bus.Publish(new OrderPlaced("1"));
        return producer.TraceId;
    }
}
