using System.Diagnostics;
using MassTransit;
using WorkerTracing.Testing;

namespace WorkerTracing.MassTransit.Tests;

/// <summary>
/// Foreign code that throws where tracing calls it: a message is sent and consumed all the same. Listeners belong to the whole process, so
/// these tests run by themselves.
/// </summary>
[NonParallelizable]
public sealed class BoundaryTests
{
    [TestCase(true)]
    [TestCase(false)]
    public async Task Consume_ListenerOfTheJobsSpanThrows_TheMessageIsConsumed(bool atStart)
    {
        await using TestBus bus = await StartAsync();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == "WorkerTracing",
            ActivityStarted = _ => ThrowIf(atStart),
            ActivityStopped = _ => ThrowIf(!atStart),
        };
        ActivitySource.AddActivityListener(listener);

        await AssertAnsweredAsync(bus);

        static void ThrowIf(bool now)
        {
            if (now)
                throw new InvalidOperationException("the listener");
        }
    }

    [Test]
    public async Task Consume_HandlerOfCurrentChangedThrowsOnSpansOfJobs_TheMessageIsConsumed()
    {
        await using TestBus bus = await StartAsync();
        EventHandler<ActivityChangedEventArgs> handler = static (_, change) =>
        {
            if (change.Current?.Source.Name == "WorkerTracing" || change.Previous?.Source.Name == "WorkerTracing")
                throw new InvalidOperationException("the handler");
        };
        Activity.CurrentChanged += handler;
        try
        {
            await AssertAnsweredAsync(bus);
        }
        finally
        {
            Activity.CurrentChanged -= handler;
        }
    }

    [Test]
    public async Task Consume_ExceptionCannotBeFormatted_MassTransitRetriesItAsEver()
    {
        await using TestBus bus = await StartAsync(static cfg => cfg.UseMessageRetry(static r => r.Immediate(1)));
        bus.Scenario.OnConsume = static (_, call) => call == 1 ? throw new UntellableException() : Task.CompletedTask;

        await AssertAnsweredAsync(bus);

        IReadOnlyList<Activity> jobs = await bus.JobsAsync(2);
        Assert.That(jobs.Select(static job => job.Status == ActivityStatusCode.Error), Is.EqualTo(new[] { true, false }));
    }

    [Test]
    public async Task Consume_MessageCannotBeFormatted_TheMessageIsConsumed()
    {
        await using TestBus bus = await StartAsync(options: new WorkerTracingOptions { CaptureArguments = true });

        await AssertAnsweredAsync(bus);
    }

    [Test]
    public async Task Send_HeadersThrow_TheMessageIsSent()
    {
        // A header that cannot be read when the consumed message's headers are looked at for what is sent.
        await using TestBus bus = await StartAsync();

        IRequestClient<ReserveStock> client = bus.Bus.CreateRequestClient<ReserveStock>();
        Response<StockReserved> response = await client.GetResponse<StockReserved>(
            new ReserveStock("1"),
            request => request.UseExecute(static context =>
            {
                context.Headers.Set("traceparent", new Hostile(), true);
                context.Headers.Set("baggage", new Hostile(), true);
                context.Headers.Set("MT-WorkerTracing-Attempt", new Hostile(), true);
                context.Headers.Set("MT-Quartz-Scheduled", new Hostile(), true);
            }));

        Assert.That(response.Message.Order, Is.EqualTo("1"));
    }

    private static Task<TestBus> StartAsync(
        Action<IInMemoryBusFactoryConfigurator>? configure = null,
        WorkerTracingOptions? options = null) =>
        TestBus.StartAsync(
            static x =>
            {
                x.AddConsumer<StockConsumer>();
                x.AddRequestClient<ReserveStock>();
            },
            (_, cfg) => configure?.Invoke(cfg),
            options);

    private static async Task AssertAnsweredAsync(TestBus bus)
    {
        IRequestClient<ReserveStock> client = bus.Bus.CreateRequestClient<ReserveStock>();
        Response<StockReserved> response = await client.GetResponse<StockReserved>(new ReserveStock("1"));
        Assert.That(response.Message.Order, Is.EqualTo("1"));
    }

    /// <summary>A value that throws when it is written as text.</summary>
    private sealed class Hostile
    {
        public string Kind => "hostile";

        public override string ToString() => throw new InvalidOperationException("the value");
    }
}
