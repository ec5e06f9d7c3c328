using System.Collections.Concurrent;
using System.Diagnostics;
using MassTransit;
using OpenTelemetry;

namespace WorkerTracing.MassTransit.Tests;

/// <summary>Who a message comes from, as the code that sends it sees it: MassTransit's own source is not recorded.</summary>
public sealed class CallerTests
{
    [Test]
    public async Task Publish_InARequestWithoutACaller_TheJobSamplesAsARoot()
    {
        await using TestBus bus = await StartAsync();

        using (Activity request = new Activity("request").Start())
            await bus.Bus.Publish(new OrderPlaced("1"));
        Activity job = (await bus.JobsAsync(1))[0];

        Assert.That(job.Recorded);
        Assert.That(job.ParentSpanId, Is.EqualTo(default(ActivitySpanId)));
    }

    [Test]
    public async Task Publish_InASpanThatIsSampledOut_EveryJobOfTheChainIsUnsampledInItsTrace()
    {
        await using TestBus bus = await StartAsync(static x => x.AddConsumer<StockConsumer>());
        var traces = new ConcurrentQueue<ActivityTraceId?>();
        bus.Scenario.OnConsume = async (context, _) =>
        {
            traces.Enqueue(Activity.Current?.TraceId);
            if (context is ConsumeContext<OrderPlaced>)
                await context.Publish(new ReserveStock("1"));
        };

        ActivityContext caller =
            new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.None, isRemote: true);
        using (TestSource.Start("producer", caller))
            await bus.Bus.Publish(new OrderPlaced("1"));
        await bus.Scenario.ReturnedAsync(2);

        Assert.That(traces, Is.All.EqualTo(caller.TraceId));
        Assert.That(bus.Scenario.Seen.Select(static job => job!.IsRecorded), Is.All.EqualTo(false));
    }

    [Test]
    public async Task Publish_InARequestThatItsCallerDoesNotSample_TheTraceGoesOnUnsampled()
    {
        await using TestBus bus = await StartAsync();
        Activity? ambient = null;
        bus.Scenario.OnConsume = (_, _) =>
        {
            ambient = Activity.Current;
            return Task.CompletedTask;
        };

        // The host's own span of a request, in an application that does not record ASP.NET Core: it has no source.
        var caller = ActivityTraceId.CreateRandom();
        using (Activity request = new Activity("request").SetParentId(caller, ActivitySpanId.CreateRandom()))
        {
            request.Start();
            await bus.Bus.Publish(new OrderPlaced("1"));
        }

        await bus.Scenario.ReturnedAsync();

        Assert.That(ambient?.TraceId, Is.EqualTo(caller));
        Assert.That(ambient!.Recorded, Is.False);
        Assert.That(bus.Scenario.Seen.Single()!.IsRecorded, Is.False);
    }

    [Test]
    public async Task Publish_InASpanWithBaggageOfItsOwn_TheConsumerSeesTheBaggage()
    {
        await using TestBus bus = await StartAsync();
        string? tenant = null;
        bus.Scenario.OnConsume = (_, _) =>
        {
            tenant = Baggage.GetBaggage("tenant");
            return Task.CompletedTask;
        };

        // ASP.NET Core reads a request's baggage header into the span.
        using (Activity request = TestSource.Start("request").AddBaggage("tenant", "acme"))
            await bus.Bus.Publish(new OrderPlaced("1"));
        await bus.Scenario.ReturnedAsync();

        Assert.That(tenant, Is.EqualTo("acme"));
    }

    [Test]
    public async Task Publish_FromCodeThatOutlivesTheJob_ComesFromTheJob()
    {
        using var ended = new Testing.Gate();
        await using TestBus bus = await StartAsync();
        JobOrigin origin = default;
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

        using Activity producer = TestSource.Start("producer");
        await bus.Bus.Publish(new OrderPlaced("1"));
        Activity job = (await bus.JobsAsync(1))[0];
        ended.Open();
        await Testing.Until.DoneAsync(outliving!, "the code that outlives the job");
        IReadOnlyList<Activity> jobs = await bus.JobsAsync(2);

        Assert.That(origin.Context.SpanId, Is.EqualTo(job.SpanId));
        Assert.That(jobs[1].ParentSpanId, Is.EqualTo(job.SpanId));
    }

    [Test]
    public async Task Consume_TheConsumerRecordsItsExceptionAndThrowsIt_ItIsOnTheSpanOnce()
    {
        await using TestBus bus = await StartAsync();
        bus.Scenario.OnConsume = static (_, _) =>
        {
            var exception = new InvalidOperationException("boom");
            Activity.Current!.AddException(exception);
            throw exception;
        };

        await bus.Bus.Publish(new OrderPlaced("1"));
        Activity job = (await bus.JobsAsync(1))[0];

        Assert.That(job.Events.Count(static e => e.Name == "exception"), Is.EqualTo(1));
        Assert.That(job.Status, Is.EqualTo(ActivityStatusCode.Error));
    }

    [Test]
    public async Task Consume_TheTraceBeganLongAgo_TheJobHasATraceOfItsOwn()
    {
        await using TestBus bus = await StartAsync();
        var sender = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);

        await bus.Bus.Publish(new OrderPlaced("1"), context =>
        {
            context.Headers.Set("traceparent", $"00-{sender.TraceId}-{sender.SpanId}-01");
            context.Headers.Set("tracestate", $"worker_tracing={DateTimeOffset.UtcNow.AddHours(-1).ToUnixTimeMilliseconds():x}");
        });
        Activity job = (await bus.JobsAsync(1))[0];

        Assert.That(job.TraceId, Is.Not.EqualTo(sender.TraceId), "a consumer that sends to itself makes no trace that grows for ever");
        Assert.That(job.Links.Select(static link => link.Context.SpanId), Is.EqualTo(new[] { sender.SpanId }));
    }

    private static Task<TestBus> StartAsync(Action<IBusRegistrationConfigurator>? register = null) => TestBus.StartAsync(x =>
    {
        x.AddConsumer<PlacedConsumer>();
        register?.Invoke(x);
    });
}
