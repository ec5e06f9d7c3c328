using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using MassTransit;

namespace WorkerTracing.MassTransitTests;

/// <summary>What is ignored is counted. The meter is the whole process's, so these run by themselves.</summary>
[NonParallelizable]
public sealed class RejectedHeaderTests
{
    [TestCase("traceparent", "nonsense")]
    [TestCase("baggage", ";;;;====")]
    public async Task Consume_MalformedHeader_IsCounted(string name, string value)
    {
        var counted = new ConcurrentBag<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, self) =>
            {
                if (instrument is { Meter.Name: "WorkerTracing", Name: "worker_tracing.context.rejected" })
                    self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => counted.Add(string.Join(',', tags.ToArray().Select(tag => tag.Value))));
        listener.SetMeasurementEventCallback<int>((_, _, tags, _) => counted.Add(string.Join(',', tags.ToArray().Select(tag => tag.Value))));
        listener.Start();
        await using TestBus bus = await TestBus.StartAsync(static x => x.AddConsumer<PlacedConsumer>());

        await bus.Bus.Publish(new OrderPlaced("1"), context => context.Headers.Set(name, value));
        await bus.JobsAsync(1);

        Assert.That(counted, Is.EqualTo(new[] { name }));
    }
}
