using System.Diagnostics;
using System.Globalization;
using MassTransit;

namespace WorkerTracing.MassTransit.Tests;

/// <summary>The wait of a message counts from when it was due, and is absent where that is not known.</summary>
public sealed class WaitTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Test]
    public async Task Consume_DelayedMessage_TheWaitCountsFromWhenItWasDue()
    {
        Activity job = await ConsumeAsync(static context => context.Headers.Set(MessageSchedule.DueHeader, Written(Hour)));

        Assert.That(job.GetTagItem("worker_tracing.wait_ms"), Is.InRange(3_600_000L, 7_000_000L));
        Assert.That(job.GetTagItem("workflow.trigger.type"), Is.EqualTo("schedule"));
    }

    [Test]
    public async Task Consume_ScheduledByQuartz_TheWaitCountsFromTheFiring()
    {
        Activity job = await ConsumeAsync(static context =>
        {
            context.Headers.Set(MessageHeaders.SchedulingTokenId, Guid.NewGuid().ToString());
            context.Headers.Set(MessageHeaders.Quartz.Scheduled, DateTimeOffset.UtcNow - Hour);
        });

        Assert.That(job.GetTagItem("worker_tracing.wait_ms"), Is.InRange(3_600_000L, 7_000_000L));
        Assert.That(job.GetTagItem("workflow.trigger.type"), Is.EqualTo("schedule"));
    }

    [Test]
    public async Task Consume_RecurringMessageOfQuartz_IsARecurringJob()
    {
        Activity job = await ConsumeAsync(static context =>
        {
            context.Headers.Set(MessageHeaders.Quartz.ScheduleId, "nightly");
            context.Headers.Set(MessageHeaders.Quartz.Scheduled, DateTimeOffset.UtcNow);
        });

        Assert.That(job.GetTagItem("workflow.trigger.type"), Is.EqualTo("cron"));
    }

    [TestCase(MessageHeaders.SchedulingTokenId, "5f4d3c2b-1a09-4807-9695-8473625140ff")]
    [TestCase(MessageHeaders.RedeliveryCount, 1)]
    public async Task Consume_DueTimeIsNotKnown_SaysNoWait(string header, object value)
    {
        Activity job = await ConsumeAsync(context => context.Headers.Set(header, value, true));

        Assert.That(job.GetTagItem("worker_tracing.wait_ms"), Is.Null, "the time since it was sent is mostly the delay");
    }

    [Test]
    public async Task Consume_Redelivered_TheWaitCountsFromTheEndOfTheDelay()
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
                cfg.UseDelayedRedelivery(static r => r.Intervals(50));
            });
        DateTimeOffset? due = null;
        bus.Scenario.OnConsume = (context, call) =>
        {
            if (call == 1)
                throw new InvalidOperationException("not yet");
            due = JobTrace.Current!.Job.DueAt;
            return Task.CompletedTask;
        };

        DateTimeOffset sent = DateTimeOffset.UtcNow;
        await bus.Bus.Publish(new OrderPlaced("1"));
        Activity second = (await bus.JobsAsync(2))[1];

        Assert.That(due - sent, Is.GreaterThanOrEqualTo(TimeSpan.FromMilliseconds(49)));
        Assert.That(second.GetTagItem("worker_tracing.wait_ms"), Is.GreaterThanOrEqualTo(0L));
    }

    [Test]
    public async Task Consume_BatchWithALateMessage_TheWaitCountsFromTheFirstThatWasDue()
    {
        var late = new HeaderObserver(static context =>
        {
            if (context is SendContext<OrderPlaced> { Message.Order: "late" })
                context.Headers.Set(MessageSchedule.DueHeader, Written(Hour));
        });
        await using TestBus bus = await TestBus.StartAsync(
            static x => x.AddConsumer<BatchTests.OrdersConsumer>(
                static c => c.Options<BatchOptions>(static o => o.SetMessageLimit(2).SetTimeLimit(TimeSpan.FromMinutes(5)))),
            (_, cfg) => late.ConnectTo(cfg));

        await bus.Bus.Publish(new OrderPlaced("in time"));
        await bus.Bus.Publish(new OrderPlaced("late"));
        Activity job = (await bus.JobsAsync(1))[0];

        Assert.That(job.GetTagItem("worker_tracing.wait_ms"), Is.InRange(3_600_000L, 7_000_000L));
    }

    /// <summary>Consumes a message with headers that the sender's own observers did not write.</summary>
    private static async Task<Activity> ConsumeAsync(Action<SendContext> headers)
    {
        await using TestBus bus = await TestBus.StartAsync(
            static x => x.AddConsumer<PlacedConsumer>(),
            (_, cfg) => new HeaderObserver(headers).ConnectTo(cfg));
        await bus.Bus.Publish(new OrderPlaced("1"));
        return (await bus.JobsAsync(1))[0];
    }

    private static string Written(TimeSpan ago) => (DateTimeOffset.UtcNow - ago).ToString("O", CultureInfo.InvariantCulture);
}
