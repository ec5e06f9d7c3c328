using System.Diagnostics;
using System.Runtime.CompilerServices;
using MassTransit;
using OpenTelemetry;
using OpenTelemetry.Context;

namespace WorkerTracing;

/// <summary>
/// Remembers the span and the baggage that were ambient when the bus or one of its endpoints started. Every delivery runs on a flow that
/// was forked from that one and inherits both, although they say nothing about the message.
/// </summary>
/// <remarks>
/// OpenTelemetry keeps the baggage of a flow in a mutable holder that forked flows share, and makes the holder when the baggage is first
/// read. So the holder is looked up by its slot: reading <see cref="Baggage.Current"/> here would make all deliveries share one.
/// </remarks>
internal sealed class BusStartContext(FailureBoundary boundary) : IBusObserver, IReceiveEndpointObserver
{
    private const string BaggageSlot = "otel.baggage";

    /// <summary>Spans and baggage holders. Weak, so that a bus keeps neither alive.</summary>
    private readonly ConditionalWeakTable<object, object> _inherited = [];

    private static readonly object Present = new();

    static BusStartContext() => RuntimeHelpers.RunClassConstructor(typeof(Baggage).TypeHandle); // registers the slot

    /// <summary>Returns true if the bus or an endpoint was started under <paramref name="span"/>.</summary>
    public bool Contains(Activity span) => _inherited.TryGetValue(span, out _);

    /// <summary>Gives the calling flow baggage of its own, empty, if it shares that of the start.</summary>
    public void LeaveBaggage()
    {
        if (RuntimeContext.GetValue(BaggageSlot) is { } holder && _inherited.TryGetValue(holder, out _))
            RuntimeContext.SetValue(BaggageSlot, (object?)null);
    }

    public void PostCreate(IBus bus) => boundary.Run((bus, self: this), static it => it.bus.ConnectReceiveEndpointObserver(it.self));

    public void CreateFaulted(Exception exception)
    {
    }

    public Task PreStart(IBus bus) => Remember();

    public Task PostStart(IBus bus, Task<BusReady> busReady) => Task.CompletedTask;

    public Task StartFaulted(IBus bus, Exception exception) => Task.CompletedTask;

    public Task PreStop(IBus bus) => Task.CompletedTask;

    public Task PostStop(IBus bus) => Task.CompletedTask;

    public Task StopFaulted(IBus bus, Exception exception) => Task.CompletedTask;

    /// <summary>Runs on the flow that receives, also for an endpoint that is connected to a running bus.</summary>
    public Task Ready(ReceiveEndpointReady ready) => Remember();

    public Task Stopping(ReceiveEndpointStopping stopping) => Task.CompletedTask;

    public Task Completed(ReceiveEndpointCompleted completed) => Task.CompletedTask;

    public Task Faulted(ReceiveEndpointFaulted faulted) => Task.CompletedTask;

    private Task Remember()
    {
        boundary.Run(_inherited, static inherited =>
        {
            if (Activity.Current is { } span)
                inherited.AddOrUpdate(span, Present);
            if (RuntimeContext.GetValue(BaggageSlot) is { } holder)
                inherited.AddOrUpdate(holder, Present);
        });
        return Task.CompletedTask;
    }
}
