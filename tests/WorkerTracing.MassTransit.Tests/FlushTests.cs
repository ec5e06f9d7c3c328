using MassTransit;
using OpenTelemetry;
using WorkerTracing.Testing;

namespace WorkerTracing.MassTransit.Tests;

public sealed class FlushTests
{
    [Test]
    public async Task Consume_Wait_TheMessageIsNotLetGoBeforeItsSpansAreDelivered()
    {
        using var gate = new Gate();
        var received = new ReceiveCounter();
        await using TestBus bus = await StartAsync(FlushMode.Wait, Held(gate), received);

        await bus.Bus.Publish(new OrderPlaced("1"));
        await bus.Scenario.CalledAsync();
        await gate.EnteredAsync();
        Assert.That(received.Completed, Is.Zero, "the exporter has not answered yet");

        gate.Open();
        await Until.TrueAsync(() => received.Completed == 1, "the message is let go");
        JobTrace trace = bus.Scenario.Seen.Single()!;
        Assert.That(trace.Result.Status, Is.EqualTo(FlushStatus.Delivered));
        Assert.That(bus.Exporter.SpansOf(trace.TraceId), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Consume_WaitAndTheConsumerThrows_TheMessageIsNotLetGoBeforeItsSpansAreDelivered()
    {
        using var gate = new Gate();
        var received = new ReceiveCounter();
        await using TestBus bus = await StartAsync(FlushMode.Wait, Held(gate), received);
        bus.Scenario.OnConsume = static (_, _) => throw new InvalidOperationException("no");
        bool delivered = false;
        received.OnCompleted = () => delivered = bus.Scenario.Seen.Single()!.Result.Status == FlushStatus.Delivered;

        await bus.Bus.Publish(new OrderPlaced("1"));
        await gate.EnteredAsync();
        Assert.That(received.Completed, Is.Zero, "the exporter has not answered yet");

        gate.Open();
        await Until.TrueAsync(() => received.Completed == 1, "the message is let go");
        Assert.That(delivered, "the flush had answered when MassTransit let go of the message");
        Assert.That(received.Faulted, Is.EqualTo(1), "the exception is MassTransit's to handle, as ever");
    }

    [Test]
    public async Task Consume_WaitWithTheOutbox_WhatTheOutboxHeldIsSentBeforeTheFlush()
    {
        using var gate = new Gate();
        await using TestBus bus = await TestBus.StartAsync(
            static x =>
            {
                x.AddConsumer<EagerConsumer>();
                x.AddConsumer<StockConsumer>();
            },
            static (context, cfg) => cfg.UseInMemoryOutbox(context),
            new WorkerTracingOptions { FlushTimeout = TimeSpan.FromMinutes(1) },
            exporter: Held(gate));
        bus.Scenario.OnConsume = static (context, _) =>
            context is ConsumeContext<OrderPlaced>
                ? context.Publish(new ReserveStock("1"), c => c.ResponseAddress = null)
                : Task.CompletedTask;

        await bus.Bus.Publish(new OrderPlaced("1"));
        await gate.EnteredAsync();
        await bus.Scenario.CalledAsync(2);

        gate.Open();
    }

    [Test]
    public async Task Consume_Background_TheMessageIsLetGoWithoutTheFlush()
    {
        using var gate = new Gate();
        var received = new ReceiveCounter();
        await using TestBus bus = await StartAsync(FlushMode.Background, Held(gate), received);

        await bus.Bus.Publish(new OrderPlaced("1"));
        await Until.TrueAsync(() => received.Completed == 1, "the message is let go");
        JobTrace trace = bus.Scenario.Seen.Single()!;
        Assert.That(bus.Exporter.SpansOf(trace.TraceId), Is.Empty, "the exporter has not answered yet");

        gate.Open();
        await Until.TrueAsync(() => bus.Exporter.SpansOf(trace.TraceId).Count == 1, "the flush happens all the same");
    }

    [Test]
    public async Task Consume_None_NothingIsFlushed()
    {
        var received = new ReceiveCounter();
        await using TestBus bus = await StartAsync(FlushMode.None, null, received);

        await bus.Bus.Publish(new OrderPlaced("1"));
        await Until.TrueAsync(() => received.Completed == 1, "the message is let go");

        JobTrace trace = bus.Scenario.Seen.Single()!;
        Assert.That(trace.Result.Status, Is.EqualTo(FlushStatus.NotRequested));
        Assert.That(bus.Exporter.SpansOf(trace.TraceId), Is.Empty);
        Assert.That(
            (await bus.Processor.FlushAsync(TimeSpan.FromSeconds(10))).Status,
            Is.EqualTo(FlushStatus.Delivered),
            "the span was only waiting");
    }

    [Test]
    public async Task Consume_WaitBesideTheConcurrencyLimit_TheFlushHoldsNoPlaceInIt()
    {
        using var gate = new Gate();
        await using TestBus bus = await TestBus.StartAsync(
            static x => x.AddConsumer<PlacedConsumer>(),
            static (_, cfg) => cfg.UseConcurrencyLimit(1),
            new WorkerTracingOptions { Flush = FlushMode.Wait, FlushTimeout = TimeSpan.FromMinutes(1) },
            exporter: Held(gate));

        await bus.Bus.Publish(new OrderPlaced("1"));
        await gate.EnteredAsync();
        await bus.Bus.Publish(new OrderPlaced("2"));
        await bus.Scenario.CalledAsync(2);

        gate.Open();
        await Until.TrueAsync(
            () => bus.Scenario.Seen.All(static trace => trace!.Result.Status == FlushStatus.Delivered),
            "both are delivered");
    }

    private static RecordingExporter Held(Gate gate) => new()
    {
        OnExport = _ =>
        {
            gate.Pass();
            return ExportResult.Success;
        },
    };

    private static Task<TestBus> StartAsync(FlushMode flush, RecordingExporter? exporter, ReceiveCounter received) => TestBus.StartAsync(
        static x => x.AddConsumer<PlacedConsumer>(),
        (_, cfg) => cfg.ConnectReceiveObserver(received),
        new WorkerTracingOptions { Flush = flush, FlushTimeout = TimeSpan.FromMinutes(1) },
        exporter: exporter);
}
