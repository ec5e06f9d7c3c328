using System.Diagnostics;
using MassTransit;

namespace WorkerTracing.MassTransit.Tests;

public sealed class RetryTests
{
    [TestCase("bus")]
    [TestCase("endpoint")]
    [TestCase("definition")]
    public async Task Consume_RetriedAroundTheConsumer_EveryAttemptIsAJobChainedToTheOneBefore(string level)
    {
        await using TestBus bus = await StartAsync(level);

        ActivityContext producer = await PublishAsync(bus);
        IReadOnlyList<Activity> jobs = await bus.JobsAsync(3);

        Assert.Multiple(() =>
        {
            Assert.That(jobs.Select(job => job.GetTagItem("worker_tracing.attempt")), Is.EqualTo(new object[] { 1, 2, 3 }));
            Assert.That(
                jobs.Select(job => job.ParentSpanId),
                Is.All.EqualTo(producer.SpanId),
                "a retry keeps the relation of the first attempt");
            Assert.That(jobs[1].Links.Select(link => link.Context.SpanId), Does.Contain(jobs[0].SpanId));
            Assert.That(jobs[2].Links.Select(link => link.Context.SpanId), Does.Contain(jobs[1].SpanId));
            Assert.That(jobs.Select(job => job.Status == ActivityStatusCode.Error), Is.EqualTo(new[] { true, true, false }));
        });
    }

    [Test]
    public async Task Consume_RetriedAtTheConsumer_TheAttemptsAreInsideOneJob()
    {
        await using TestBus bus = await StartAsync("consumer");

        ActivityContext producer = await PublishAsync(bus);
        IReadOnlyList<Activity> spans = await bus.JobsAsync(4);

        Activity job = spans[0];
        Activity[] attempts = [.. spans.Skip(1)];
        Assert.Multiple(() =>
        {
            Assert.That(job.ParentSpanId, Is.EqualTo(producer.SpanId));
            Assert.That(job.Status, Is.Not.EqualTo(ActivityStatusCode.Error), "the last attempt succeeded");
            Assert.That(attempts.Select(attempt => attempt.ParentSpanId), Is.All.EqualTo(job.SpanId));
            Assert.That(attempts.Select(attempt => attempt.GetTagItem("worker_tracing.attempt")), Is.EqualTo(new object[] { 1, 2, 3 }));
            Assert.That(attempts[1].Links.Single().Context.SpanId, Is.EqualTo(attempts[0].SpanId));
            Assert.That(attempts[2].Links.Single().Context.SpanId, Is.EqualTo(attempts[1].SpanId));
        });
    }

    [Test]
    public async Task Consume_LinkedAndRetried_EveryAttemptIsLinked()
    {
        await using TestBus bus = await StartAsync("bus", new WorkerTracingOptions { LinkAfter = TimeSpan.Zero });

        ActivityContext producer = await PublishAsync(bus);
        IReadOnlyList<Activity> jobs = await bus.JobsAsync(3);

        Assert.That(jobs.Select(job => job.TraceId), Has.None.EqualTo(producer.TraceId), "a retry keeps the relation of the first attempt");
        Assert.That(jobs.Select(job => job.TraceId), Is.Unique);
        Assert.That(jobs[2].Links.Select(link => link.Context.SpanId), Is.EquivalentTo(new[] { producer.SpanId, jobs[1].SpanId }));
    }

    [Test]
    public async Task Consume_ScheduledAndRetried_EveryAttemptIsScheduled()
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
                cfg.UseMessageRetry(static r => r.Immediate(1));
            });
        bus.Scenario.OnConsume = static (_, call) => call == 1 ? throw new InvalidOperationException("not yet") : Task.CompletedTask;

        await bus.Bus.Publish(new OrderPlaced("1"), static context => context.Delay = TimeSpan.FromMilliseconds(50));
        IReadOnlyList<Activity> jobs = await bus.JobsAsync(2);

        Assert.That(jobs.Select(job => job.GetTagItem("workflow.trigger.type")), Is.All.EqualTo("schedule"));
        Assert.That(jobs.Select(job => job.Kind), Is.All.EqualTo(ActivityKind.Internal));
    }

    [TestCase("bus")]
    [TestCase("consumer")]
    public async Task Consume_RetriedWithWait_FlushesOnceAfterTheLastAttempt(string level)
    {
        var exporter = new Testing.RecordingExporter();
        await using TestBus bus = await StartAsync(level, new WorkerTracingOptions { Flush = FlushMode.Wait }, exporter);
        int flushedBefore = 0;
        Func<ConsumeContext, int, Task> fail = bus.Scenario.OnConsume;
        bus.Scenario.OnConsume = (context, call) =>
        {
            ActivityTraceId mine = JobTrace.Current!.TraceId;
            flushedBefore += exporter.SpansOf(mine).Count(span => span.Source.Name == "WorkerTracing");
            return fail(context, call);
        };

        await PublishAsync(bus);
        await bus.Scenario.CalledAsync(3);
        JobTrace last = bus.Scenario.Seen.Last()!;
        int expected = level == "consumer" ? 4 : 3;
        await Testing.Until.TrueAsync(
            () => exporter.SpansOf(last.TraceId)
                .Count(span => span.Source.Name == "WorkerTracing") == expected, "the message's jobs are delivered");

        Assert.That(flushedBefore, Is.Zero, "nothing is flushed between the attempts");
        Assert.That(
            exporter.Batches.Count(batch => batch.Any(span => span.TraceId == last.TraceId && span.Source.Name == "WorkerTracing")),
            Is.EqualTo(1),
            "one export");
    }

    [Test]
    public async Task Consume_RetriesAreExhausted_EveryAttemptFailedAndTheMessageIsFaulted()
    {
        var received = new ReceiveCounter();
        await using TestBus bus = await StartAsync("bus", new WorkerTracingOptions { Flush = FlushMode.Wait }, received: received);
        bus.Scenario.OnConsume = static (_, _) => throw new InvalidOperationException("never");

        await PublishAsync(bus);
        IReadOnlyList<Activity> jobs = await bus.JobsAsync(4);

        Assert.That(jobs.Select(job => job.Status), Is.All.EqualTo(ActivityStatusCode.Error));
        await Testing.Until.TrueAsync(() => received.Faulted == 1, "MassTransit reports one fault, after the last attempt");
    }

    [TestCase("bus")]
    [TestCase("bus, scheduled")]
    [TestCase("consumer")]
    public async Task Consume_Redelivered_CountsOnAndKeepsTheOrigin(string level)
    {
        await using TestBus bus = await TestBus.StartAsync(
            x =>
            {
                x.AddDelayedMessageScheduler();
                x.AddConsumer<PlacedConsumer>(c =>
                {
                    if (level == "consumer")
                        c.UseDelayedRedelivery(r => r.Intervals(50, 50));
                });
            },
            (_, cfg) =>
            {
                cfg.UseDelayedMessageScheduler();
                if (level == "bus")
                    cfg.UseDelayedRedelivery(r => r.Intervals(50, 50));
                else if (level == "bus, scheduled")
                    cfg.UseScheduledRedelivery(r => r.Intervals(50, 50));
            });
        bus.Scenario.OnConsume = FailTwice;

        ActivityContext producer = await PublishAsync(bus);
        IReadOnlyList<Activity> jobs = await bus.JobsAsync(3);

        Assert.Multiple(() =>
        {
            Assert.That(jobs.Select(job => job.GetTagItem("worker_tracing.attempt")), Is.EqualTo(new object[] { 1, 2, 3 }));
            Assert.That(
                jobs.Select(job => job.ParentSpanId),
                Is.All.EqualTo(producer.SpanId),
                "the first attempt's relation, though the message was delayed");
            Assert.That(jobs[1].Links.Select(link => link.Context.SpanId), Is.EqualTo(new[] { jobs[0].SpanId }));
            Assert.That(jobs[2].Links.Select(link => link.Context.SpanId), Is.EqualTo(new[] { jobs[1].SpanId }));
            Assert.That(jobs.Select(job => job.Status == ActivityStatusCode.Error), Is.EqualTo(new[] { true, true, false }));
        });
    }

    [Test]
    public async Task Consume_RetriedThenRedelivered_NumbersTheAttemptsThrough()
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
                cfg.UseMessageRetry(r => r.Immediate(1));
            });
        bus.Scenario.OnConsume = static (_, call) => call < 4 ? throw new InvalidOperationException("not yet") : Task.CompletedTask;

        await PublishAsync(bus);
        IReadOnlyList<Activity> jobs = await bus.JobsAsync(4);

        Assert.That(jobs.Select(job => job.GetTagItem("worker_tracing.attempt")), Is.EqualTo(new object[] { 1, 2, 3, 4 }));
        Assert.That(jobs[2].Links.Select(link => link.Context.SpanId), Does.Contain(jobs[1].SpanId));
    }

    [Test]
    public async Task Consume_RetriedMoreOftenThanIsHeld_EveryAttemptStillArrives()
    {
        await using TestBus bus = await TestBus.StartAsync(
            static x => x.AddConsumer<PlacedConsumer>(),
            static (_, cfg) => cfg.UseMessageRetry(r => r.Immediate(100)),
            new WorkerTracingOptions { Flush = FlushMode.Wait });
        bus.Scenario.OnConsume = static (_, call) => call <= 80 ? throw new InvalidOperationException("not yet") : Task.CompletedTask;

        await PublishAsync(bus);
        IReadOnlyList<Activity> jobs = await bus.JobsAsync(81);

        Assert.That(jobs.Select(job => job.GetTagItem("worker_tracing.attempt")), Is.EqualTo(Enumerable.Range(1, 81)));
    }

    private static Task FailTwice(ConsumeContext context, int call) =>
        call < 3 ? throw new InvalidOperationException("not yet") : Task.CompletedTask;

    private static async Task<TestBus> StartAsync(
        string level, WorkerTracingOptions? options = null, Testing.RecordingExporter? exporter = null, ReceiveCounter? received = null)
    {
        TestBus bus = await TestBus.StartAsync(
            x =>
            {
                if (level == "definition")
                    x.AddConsumer<PlacedConsumer, RetryingDefinition>();
                else
                {
                    x.AddConsumer<PlacedConsumer>(c =>
                    {
                        if (level == "consumer")
                            c.UseMessageRetry(r => r.Immediate(3));
                    });
                }
            },
            (context, cfg) =>
            {
                if (received is not null)
                    cfg.ConnectReceiveObserver(received);
                if (level == "bus")
                    cfg.UseMessageRetry(r => r.Immediate(3));
                else if (level == "endpoint")
                {
                    cfg.ReceiveEndpoint("retried", e =>
                    {
                        e.UseMessageRetry(r => r.Immediate(3));
                        e.ConfigureConsumer<PlacedConsumer>(context);
                    });
                }
            },
            options,
            exporter: exporter);
        bus.Scenario.OnConsume = FailTwice;
        return bus;
    }

    private static async Task<ActivityContext> PublishAsync(TestBus bus)
    {
        using Activity producer = TestSource.Start("producer");
        await bus.Bus.Publish(new OrderPlaced("1"));
        return producer.Context;
    }

    public sealed class RetryingDefinition : ConsumerDefinition<PlacedConsumer>
    {
        protected override void ConfigureConsumer(
            IReceiveEndpointConfigurator endpointConfigurator,
            IConsumerConfigurator<PlacedConsumer> consumerConfigurator,
            IRegistrationContext context) =>
            endpointConfigurator.UseMessageRetry(r => r.Immediate(3));
    }
}
