using System.Collections.Concurrent;
using System.Diagnostics;
using MassTransit;

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

    private static Task<TestBus> StartAsync(Action<IBusRegistrationConfigurator>? register = null) => TestBus.StartAsync(x =>
    {
        x.AddConsumer<PlacedConsumer>();
        register?.Invoke(x);
    });
}
