using System.Diagnostics;
using MassTransit;
using OpenTelemetry;

namespace WorkerTracing.MassTransit.Tests;

/// <summary>A bus that was started under a span, or with baggage, does not hand them to the messages that it delivers.</summary>
public sealed class BusStartTests
{
    [Test]
    public async Task Consume_BusWasStartedUnderASpan_TheJobIsNotInItsTrace()
    {
        using var boot = new Boot();
        await using TestBus bus = await TestBus.StartAsync(static x => x.AddConsumer<PlacedConsumer>(), beforeStart: boot.Start);

        await bus.Bus.Publish(new OrderPlaced("1"));
        Activity job = (await bus.JobsAsync(1))[0];

        Assert.That(job.TraceId, Is.Not.EqualTo(boot.Span.TraceId));
        Assert.That(job.ParentSpanId, Is.EqualTo(default(ActivitySpanId)));
        Assert.That(job.Links, Is.Empty);
    }

    [Test]
    public async Task Consume_BusWasStartedUnderASpanThatHasEnded_TheJobIsNotInItsTrace()
    {
        using var boot = new Boot();
        await using TestBus bus = await TestBus.StartAsync(static x => x.AddConsumer<PlacedConsumer>(), beforeStart: boot.Start);
        boot.Span.Stop();

        using Activity producer = TestSource.Start("producer");
        await bus.Bus.Publish(new OrderPlaced("1"));
        Activity job = (await bus.JobsAsync(1))[0];

        Assert.That(job.ParentSpanId, Is.EqualTo(producer.SpanId), "the message says who sent it");
    }

    [Test]
    public async Task Consume_BatchOfABusThatWasStartedUnderASpan_TheJobIsNotInItsTrace()
    {
        using var boot = new Boot();
        await using TestBus bus = await TestBus.StartAsync(
            static x => x.AddConsumer<BatchTests.OrdersConsumer>(static c => c.Options<BatchOptions>(
                static o => o.SetMessageLimit(2).SetTimeLimit(TimeSpan.FromMinutes(5)))),
            beforeStart: boot.Start);

        for (int i = 0; i < 4; i++)
            await bus.Bus.Publish(new OrderPlaced($"{i}"));
        IReadOnlyList<Activity> jobs = await bus.JobsAsync(2);

        Assert.That(jobs.Select(job => job.TraceId), Has.None.EqualTo(boot.Span.TraceId));
        Assert.That(jobs.Select(job => job.ParentSpanId), Is.All.EqualTo(default(ActivitySpanId)));
    }

    [Test]
    public async Task Consume_EndpointWasConnectedUnderASpan_TheJobIsNotInItsTrace()
    {
        await using TestBus bus = await TestBus.StartAsync(static x => x.AddConsumer<PlacedConsumer>());
        using var boot = new Boot();
        HostReceiveEndpointHandle handle = Connect();
        await handle.Ready;

        ISendEndpoint endpoint = await bus.Bus.GetSendEndpoint(new Uri("queue:connected-later"));
        await endpoint.Send(new OrderPlaced("1"));
        Activity job = (await bus.JobsAsync(1))[0];

        Assert.That(job.TraceId, Is.Not.EqualTo(boot.Span.TraceId));

        HostReceiveEndpointHandle Connect()
        {
            Activity? before = Activity.Current;
            boot.Start();
            try
            {
                return bus.Bus.ConnectReceiveEndpoint("connected-later", e => e.Consumer(() => new PlacedConsumer(bus.Scenario)));
            }
            finally
            {
                Activity.Current = before;
            }
        }
    }

    [Test]
    public async Task Consume_BusWasStartedWithBaggage_TheConsumerDoesNotSeeIt()
    {
        string? boot = "none";
        string? tenant = "none";
        await using TestBus bus = await TestBus.StartAsync(
            static x => x.AddConsumer<PlacedConsumer>(),
            beforeStart: static () => Baggage.Current = Baggage.Create(new Dictionary<string, string> { ["boot"] = "yes" }));
        bus.Scenario.OnConsume = (_, _) =>
        {
            (boot, tenant) = (Baggage.GetBaggage("boot"), Baggage.GetBaggage("tenant"));
            return Task.CompletedTask;
        };

        await bus.Bus.Publish(new OrderPlaced("1"), static context => context.Headers.Set("baggage", "tenant=acme"));
        await bus.Scenario.ReturnedAsync(1);
        Assert.That((boot, tenant), Is.EqualTo(((string?)null, "acme")), "the message has baggage");

        await bus.Bus.Publish(new OrderPlaced("2"));
        await bus.Scenario.ReturnedAsync(2);
        Assert.That((boot, tenant), Is.EqualTo(((string?)null, (string?)null)), "the message has none");
    }

    [Test]
    public async Task Consume_AFilterAroundTheJobSetsBaggage_TheConsumerSeesIt()
    {
        string? tenant = null;
        await using TestBus bus = await TestBus.StartAsync(
            static x => x.AddConsumer<PlacedConsumer>(),
            static (_, cfg) => cfg.UseFilter(new BaggageFilter()));
        bus.Scenario.OnConsume = (_, _) =>
        {
            tenant = Baggage.GetBaggage("tenant");
            return Task.CompletedTask;
        };

        await bus.Bus.Publish(new OrderPlaced("1"));
        await bus.Scenario.ReturnedAsync();

        Assert.That(tenant, Is.EqualTo("filtered"));
    }

    /// <summary>
    /// A span that outlives the start of the bus. It begins in the future, so that no message of the test was received before it began.
    /// </summary>
    private sealed class Boot : IDisposable
    {
        private Activity? _span;

        public Activity Span => _span ?? throw new InvalidOperationException("The bus has not been started.");

        public void Start()
        {
            _span = TestSource.Start("boot");
            _span.SetStartTime(DateTime.UtcNow.AddHours(1));
        }

        public void Dispose() => _span?.Dispose();
    }

    private sealed class BaggageFilter : IFilter<ConsumeContext>
    {
        public Task Send(ConsumeContext context, IPipe<ConsumeContext> next)
        {
            Baggage.SetBaggage("tenant", "filtered");
            return next.Send(context);
        }

        public void Probe(ProbeContext context)
        {
        }
    }
}
