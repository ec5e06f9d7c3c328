using System.Diagnostics;
using MassTransit;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace WorkerTracing.MassTransit.Tests;

public sealed class ConsumerTests
{
    [Test]
    public async Task Consume_PublishedUnderASpan_ContinuesItsTrace()
    {
        await using TestBus bus = await TestBus.StartAsync(x => x.AddConsumer<PlacedConsumer>());

        ActivityContext producer = await PublishAsync(bus);
        Activity job = (await bus.JobsAsync(1))[0];

        Assert.Multiple(() =>
        {
            Assert.That(job.TraceId, Is.EqualTo(producer.TraceId));
            Assert.That(job.ParentSpanId, Is.EqualTo(producer.SpanId));
            Assert.That(job.HasRemoteParent, Is.True, "what comes over the wire is remote");
            Assert.That(job.Kind, Is.EqualTo(ActivityKind.Consumer));
            Assert.That(job.DisplayName, Is.EqualTo("PlacedConsumer OrderPlaced"));
            Assert.That(job.GetTagItem("workflow.platform.name"), Is.EqualTo("masstransit"));
            Assert.That(job.GetTagItem("messaging.destination.name"), Is.EqualTo("Placed"), "the endpoint's queue");
            Assert.That(job.GetTagItem("worker_tracing.attempt"), Is.EqualTo(1));
            Assert.That(job.GetTagItem("worker_tracing.job.id"), Is.Not.Null, "the message id");
            Assert.That(job.GetTagItem("worker_tracing.group_id"), Is.Not.Null, "the conversation id");
            Assert.That(job.GetTagItem("worker_tracing.wait_ms"), Is.Not.Null, "counted from the sent time");
        });
    }

    [Test]
    public async Task Consume_PublishedByNobody_StartsATraceOfItsOwn()
    {
        await using TestBus bus = await TestBus.StartAsync(x => x.AddConsumer<PlacedConsumer>());

        await bus.Bus.Publish(new OrderPlaced("1"));
        Activity job = (await bus.JobsAsync(1))[0];

        Assert.That(job.ParentSpanId, Is.EqualTo(default(ActivitySpanId)));
    }

    [Test]
    public async Task Consume_InsideTheConsumer_TheJobIsCurrentAndItsSpansAreBelowIt()
    {
        await using TestBus bus = await TestBus.StartAsync(x => x.AddConsumer<PlacedConsumer>());
        bus.Scenario.OnConsume = static (_, _) =>
        {
            using Activity inner = TestSource.Start("inner");
            return Task.CompletedTask;
        };

        await bus.Bus.Publish(new OrderPlaced("1"));
        Activity job = (await bus.JobsAsync(1))[0];

        Activity inner = bus.Exporter.SpansOf(job.TraceId).Single(span => span.DisplayName == "inner");
        Assert.That(inner.ParentSpanId, Is.EqualTo(job.SpanId));
        Assert.That(bus.Scenario.Seen.Single()!.Job.Member, Is.EqualTo(typeof(PlacedConsumer)));
    }

    [Test]
    public async Task Consume_PublishedInsideAJobOfThisProcess_IsAnOutermostJobOfItsOwn()
    {
        await using TestBus bus = await TestBus.StartAsync(x => x.AddConsumer<EagerConsumer>());

        ActivityTraceId outer = await bus.Services.GetTracer().RunAsync("outer", async (trace, token) =>
        {
            await bus.Bus.Publish(new OrderPlaced("1"), token);
            await bus.Scenario.CalledAsync();
            await Testing.Until.TrueAsync(
                () => bus.Exporter.SpansOf(trace.TraceId).Any(span => span.DisplayName == "EagerConsumer OrderPlaced"),
                "the consumer flushed its trace");
            return trace.TraceId;
        });

        Assert.That(bus.Scenario.Seen.Single()!.TraceId, Is.EqualTo(outer));
    }

    [Test]
    public async Task Consume_BusStartedUnderASpanThatGoesOn_TheSpanIsNotTheMessagesParent()
    {
        using TracerProvider provider = Sdk.CreateTracerProviderBuilder().AddSource(TestSource.Name).Build();
        using Activity startup = TestSource.Start("startup");
        await using TestBus bus = await TestBus.StartAsync(static x => x.AddConsumer<PlacedConsumer>());
        Activity.Current = null;
        await Testing.Until.TrueAsync(
            () => DateTime.UtcNow - startup.StartTimeUtc > TimeSpan.FromMilliseconds(20),
            "the span is older than the delivery");

        await bus.Bus.Publish(new OrderPlaced("1"));
        Activity job = (await bus.JobsAsync(1))[0];

        Assert.That(job.TraceId, Is.Not.EqualTo(startup.TraceId));
        Assert.That(job.ParentSpanId, Is.EqualTo(default(ActivitySpanId)));
    }

    [Test]
    public async Task Consume_BusStartedInsideAJobThatGoesOn_TheMessageIsAJobOfItsOwn()
    {
        using TracerProvider provider = Sdk.CreateTracerProviderBuilder().AddSource("WorkerTracing").Build();
        using JobTrace startup = new JobTracer(provider).Start(new JobInfo { System = "hosted", Name = "startup" });
        await using TestBus bus = await TestBus.StartAsync(
            static x =>
            {
                x.AddConsumer<EagerConsumer>();
                x.AddConsumer<StockConsumer>();
            },
            static (context, cfg) => cfg.UseInMemoryOutbox(context));
        bus.Scenario.OnConsume = static (context, _) =>
            context is ConsumeContext<OrderPlaced>
                ? context.Publish(new ReserveStock("1"), static sent => sent.ResponseAddress = null)
                : Task.CompletedTask;
        await Testing.Until.TrueAsync(
            () => DateTime.UtcNow - startup.Activity!.StartTimeUtc > TimeSpan.FromMilliseconds(20),
            "the job is older than the delivery");

        Activity.Current = null;
        await bus.Bus.Publish(new OrderPlaced("1"));
        await bus.Scenario.CalledAsync(2);
        JobTrace[] traces = [.. bus.Scenario.Seen.OfType<JobTrace>()];

        await Testing.Until.TrueAsync(() => traces[0].Result.Status == FlushStatus.Delivered, "its own flush is delivered");
        Assert.That(traces[0].TraceId, Is.Not.EqualTo(startup.TraceId));
        Assert.That(traces[1].Activity!.ParentSpanId, Is.EqualTo(traces[0].Activity!.SpanId), "what the outbox held back is its own");
    }

    [Test]
    public async Task Consume_Throws_TheJobFailsWithTheConsumersOwnException()
    {
        await using TestBus bus = await TestBus.StartAsync(x => x.AddConsumer<PlacedConsumer>());
        bus.Scenario.OnConsume = static (_, _) => throw new InvalidOperationException("out of stock");

        await bus.Bus.Publish(new OrderPlaced("1"));
        Activity job = (await bus.JobsAsync(1))[0];

        Assert.Multiple(() =>
        {
            Assert.That(job.Status, Is.EqualTo(ActivityStatusCode.Error));
            Assert.That(job.GetTagItem("error.type"), Is.EqualTo(typeof(InvalidOperationException).FullName));
            Assert.That(job.Events.Single().Name, Is.EqualTo("exception"));
        });
    }

    [Test]
    public async Task Consume_ThrowsACancellationOfItsOwn_IsAnErrorAndNotMassTransitsWrapping()
    {
        await using TestBus bus = await TestBus.StartAsync(x => x.AddConsumer<PlacedConsumer>());
        bus.Scenario.OnConsume = static (_, _) => throw new TaskCanceledException("a call timed out");

        await bus.Bus.Publish(new OrderPlaced("1"));
        Activity job = (await bus.JobsAsync(1))[0];

        Assert.That(job.Status, Is.EqualTo(ActivityStatusCode.Error), "the job's own token was not cancelled");
        Assert.That(job.GetTagItem("error.type"), Is.EqualTo(typeof(TaskCanceledException).FullName));
    }

    [Test]
    public async Task Consume_ConsumerCannotBeMade_TheJobFails()
    {
        await using TestBus bus = await TestBus.StartAsync(x => x.AddConsumer<BrokenConsumer>());
        using (Activity producer = TestSource.Start("producer"))
        {
            await bus.Bus.Publish(new OrderPlaced("1"));
            Activity job = (await bus.JobsAsync(1, span => span.TraceId == producer.TraceId))[0];
            Assert.That(job.Status, Is.EqualTo(ActivityStatusCode.Error));
            Assert.That(job.DisplayName, Is.EqualTo("ConsumerTests.BrokenConsumer OrderPlaced"));
        }
    }

    [Test]
    public async Task Consume_TwoConsumersOfOneMessage_EachHasAJobInTheSameTrace()
    {
        await using TestBus bus = await TestBus.StartAsync(
            x =>
            {
                x.AddConsumer<PlacedConsumer>().Endpoint(e => e.Name = "both");
                x.AddConsumer<EagerConsumer>().Endpoint(e => e.Name = "both");
            });

        ActivityContext producer = await PublishAsync(bus);
        IReadOnlyList<Activity> jobs = await bus.JobsAsync(2);

        Assert.That(
            jobs.Select(job => job.DisplayName),
            Is.EquivalentTo(new[] { "PlacedConsumer OrderPlaced", "EagerConsumer OrderPlaced" }));
        Assert.That(jobs.Select(job => job.TraceId), Is.All.EqualTo(producer.TraceId));
        Assert.That(jobs.Select(job => job.GetTagItem("worker_tracing.attempt")), Is.All.EqualTo(1));
    }

    [Test]
    public async Task Consume_FlushTraceOnTheConsumer_IsFlushed()
    {
        await using TestBus bus = await TestBus.StartAsync(x => x.AddConsumer<EagerConsumer>());

        await bus.Bus.Publish(new OrderPlaced("1"));
        await bus.Scenario.CalledAsync();
        JobTrace trace = bus.Scenario.Seen.Single()!;

        await Testing.Until.TrueAsync(() => trace.Result.Status == FlushStatus.Delivered, "the flush is delivered");
        Assert.That(bus.Exporter.SpansOf(trace.TraceId), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Consume_CaptureArguments_RecordsTheMessage()
    {
        await using TestBus bus = await TestBus.StartAsync(
            x => x.AddConsumer<PlacedConsumer>(),
            options: new WorkerTracingOptions { CaptureArguments = true });

        await bus.Bus.Publish(new OrderPlaced("4711"));
        Activity job = (await bus.JobsAsync(1))[0];

        Assert.That(job.GetTagItem("worker_tracing.argument.message")?.ToString(), Does.Contain("4711"));
    }

    private static async Task<ActivityContext> PublishAsync(TestBus bus)
    {
        using Activity producer = TestSource.Start("producer");
        await bus.Bus.Publish(new OrderPlaced("1"));
        return producer.Context;
    }

    public sealed class BrokenConsumer : IConsumer<OrderPlaced>
    {
        public BrokenConsumer() => throw new InvalidOperationException("no connection string");

        public Task Consume(ConsumeContext<OrderPlaced> context) => Task.CompletedTask;
    }
}
