using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using MassTransit;
using OpenTelemetry.Trace;

namespace WorkerTracing.MassTransit.Tests;

/// <summary>What is ignored is counted. The meter is the whole process's, so these run by themselves.</summary>
[NonParallelizable]
public sealed class MetricTests
{
    [TestCase("traceparent", "nonsense")]
    [TestCase("baggage", ";;;;====")]
    public async Task Consume_MalformedHeader_IsCounted(string name, string value)
    {
        var counted = new ConcurrentBag<string>();
        using MeterListener listener = Listen("worker_tracing.context.rejected", counted);
        await using TestBus bus = await TestBus.StartAsync(static x => x.AddConsumer<PlacedConsumer>());

        await bus.Bus.Publish(new OrderPlaced("1"), context => context.Headers.Set(name, value));
        await bus.JobsAsync(1);

        Assert.That(counted, Is.EqualTo(new[] { name }));
    }

    [Test]
    public void Boundary_ExceptionOfOurOwn_IsKeptFromMassTransitAndCounted()
    {
        var counted = new ConcurrentBag<string>();
        using MeterListener listener = Listen("worker_tracing.callback.failures", counted);

        bool completed = new MessageTracer(new JobTracer(TracerProvider.Default)).Boundary
            .Run(0, static _ => throw new InvalidOperationException());

        Assert.That(completed, Is.False);
        Assert.That(counted, Is.EqualTo(new[] { "MassTransit" }));
    }

    private static MeterListener Listen(string counter, ConcurrentBag<string> counted)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == "WorkerTracing" && instrument.Name == counter)
                    self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>(
            (_, _, tags, _) => counted.Add(string.Join(',', tags.ToArray().Select(tag => tag.Value))));
        listener.Start();
        return listener;
    }
}
