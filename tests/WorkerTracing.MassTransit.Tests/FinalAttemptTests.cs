using System.Diagnostics;
using MassTransit;

namespace WorkerTracing.MassTransit.Tests;

/// <summary>A failed attempt says whether another one follows (<c>worker_tracing.final</c>).</summary>
public sealed class FinalAttemptTests
{
    [Test]
    public async Task Consume_FailsWithoutRetry_IsFinal()
    {
        await using TestBus bus = await StartAsync();

        Assert.That(await FinalsAsync(bus, 1), Is.EqualTo(new bool?[] { true }));
    }

    [Test]
    public async Task Consume_Succeeds_SaysNothing()
    {
        await using TestBus bus = await StartAsync(static cfg => cfg.UseMessageRetry(static r => r.Immediate(1)));
        bus.Scenario.OnConsume = static (_, _) => Task.CompletedTask;

        Assert.That(await FinalsAsync(bus, 1), Is.EqualTo(new bool?[] { null }));
    }

    [TestCase("immediate")]
    [TestCase("interval")]
    [TestCase("incremental")]
    [TestCase("exponential")]
    public async Task Consume_RetriesAreExhausted_TheLastAttemptIsFinal(string policy)
    {
        var moment = TimeSpan.FromMilliseconds(1);
        await using TestBus bus = await StartAsync(cfg => cfg.UseMessageRetry(r =>
        {
            _ = policy switch
            {
                "immediate" => r.Immediate(2),
                "interval" => r.Interval(2, moment),
                "incremental" => r.Incremental(2, moment, moment),
                _ => r.Exponential(2, moment, moment, moment),
            };
        }));

        Assert.That(await FinalsAsync(bus, 3), Is.EqualTo(new bool?[] { false, false, true }));
    }

    [Test]
    public async Task Consume_ThePolicyDoesNotHandleTheException_IsFinal()
    {
        await using TestBus bus = await StartAsync(static cfg => cfg.UseMessageRetry(static r =>
        {
            r.Immediate(5);
            r.Ignore<InvalidOperationException>();
        }));

        Assert.That(await FinalsAsync(bus, 1), Is.EqualTo(new bool?[] { true }));
    }

    [Test]
    public async Task Consume_LaterAttemptIsNotHandled_ThatOneIsFinal()
    {
        await using TestBus bus = await StartAsync(static cfg => cfg.UseMessageRetry(static r =>
        {
            r.Immediate(5);
            r.Handle<TimeoutException>();
        }));
        bus.Scenario.OnConsume = static (_, call) => throw (call < 3 ? new TimeoutException() : new InvalidOperationException("no"));

        Assert.That(await FinalsAsync(bus, 3), Is.EqualTo(new bool?[] { false, false, true }));
    }

    [Test]
    public async Task Consume_Redelivered_TheLastDeliveryIsFinal()
    {
        await using TestBus bus = await StartAsync(static cfg =>
        {
            cfg.UseDelayedRedelivery(static r => r.Intervals(10, 10));
            cfg.UseMessageRetry(static r => r.Immediate(1));
        });

        Assert.That(await FinalsAsync(bus, 6), Is.EqualTo(new bool?[] { false, false, false, false, false, true }));
    }

    [Test]
    public async Task Consume_RetriedInsideTheJob_TheAttemptsAndTheJobSayIt()
    {
        await using TestBus bus = await TestBus.StartAsync(
            static x => x.AddConsumer<PlacedConsumer>(static c => c.UseMessageRetry(static r => r.Immediate(1))));
        bus.Scenario.OnConsume = static (_, _) => throw new InvalidOperationException("never");

        Assert.That(await FinalsAsync(bus, 3), Is.EqualTo(new bool?[] { true, false, true }), "the job, then its attempts");
    }

    [Test]
    public async Task Consume_RedeliveredInsideTheJob_TheJobIsNotFinal()
    {
        await using TestBus bus = await TestBus.StartAsync(
            static x =>
            {
                x.AddDelayedMessageScheduler();
                x.AddConsumer<PlacedConsumer>(static c => c.UseDelayedRedelivery(static r => r.Intervals(10)));
            },
            static (_, cfg) => cfg.UseDelayedMessageScheduler());
        bus.Scenario.OnConsume = static (_, _) => throw new InvalidOperationException("never");

        Assert.That(await FinalsAsync(bus, 2), Is.EqualTo(new bool?[] { false, true }));
    }

    [Test]
    public async Task Consume_ManyAttempts_EachCostsThePolicyOneQuestion()
    {
        int with = await QuestionsAsync(new WorkerTracingOptions());
        int without = await QuestionsAsync(new WorkerTracingOptions { Enabled = false });

        Assert.That(with - without, Is.InRange(1, 41), "41 attempts");

        static async Task<int> QuestionsAsync(WorkerTracingOptions options)
        {
            int asked = 0;
            var received = new ReceiveCounter();
            await using TestBus bus = await StartAsync(
                cfg =>
                {
                    cfg.ConnectReceiveObserver(received);
                    cfg.UseMessageRetry(r =>
                    {
                        r.Immediate(40);
                        r.Handle<InvalidOperationException>(_ => Interlocked.Increment(ref asked) > 0);
                    });
                },
                options);
            await bus.Bus.Publish(new OrderPlaced("1"));
            await Testing.Until.TrueAsync(() => received.Completed == 1, "the message is let go");
            Assert.That(bus.Scenario.Calls, Is.EqualTo(41));
            return asked;
        }
    }

    [Test]
    public async Task Consume_ThePolicyThrowsAtOurQuestion_MassTransitRetriesAsEver()
    {
        // MassTransit asks first, when it notifies of the fault, and again when it decides. Our question comes in between.
        int asked = 0;
        await using TestBus bus = await StartAsync(cfg => cfg.UseMessageRetry(r =>
        {
            r.Immediate(1);
            r.Handle<InvalidOperationException>(_ => Interlocked.Increment(ref asked) == 2 ? throw new FormatException("no") : true);
        }));

        Assert.That(await FinalsAsync(bus, 2), Is.EqualTo(new bool?[] { null, true }), "not known, then known");
    }

    private static async Task<TestBus> StartAsync(
        Action<IInMemoryBusFactoryConfigurator>? configure = null,
        WorkerTracingOptions? options = null)
    {
        TestBus bus = await TestBus.StartAsync(
            static x =>
            {
                x.AddDelayedMessageScheduler();
                x.AddConsumer<PlacedConsumer>();
            },
            (_, cfg) =>
            {
                cfg.UseDelayedMessageScheduler();
                configure?.Invoke(cfg);
            },
            options);
        bus.Scenario.OnConsume = static (_, _) => throw new InvalidOperationException("never");
        return bus;
    }

    private static async Task<IEnumerable<bool?>> FinalsAsync(TestBus bus, int jobs)
    {
        using Activity producer = TestSource.Start("producer");
        await bus.Bus.Publish(new OrderPlaced("1"));
        return (await bus.JobsAsync(jobs, span => span.TraceId == producer.TraceId))
            .Select(static job => (bool?)job.GetTagItem("worker_tracing.final"));
    }
}
