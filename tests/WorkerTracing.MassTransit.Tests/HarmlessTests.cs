using System.Diagnostics;
using System.Text.Json;
using MassTransit;
using OpenTelemetry;
using WorkerTracing.Testing;

namespace WorkerTracing.MassTransit.Tests;

/// <summary>Nothing of ours faults a message.</summary>
public sealed class HarmlessTests
{
    [Test]
    public async Task Consume_EveryCallbackThrows_TheMessageIsConsumed()
    {
        var options = new WorkerTracingOptions
        {
            Flush = FlushMode.Wait,
            CaptureArguments = true,
            Filter = static _ => throw new InvalidOperationException("filter"),
            FlushSelector = static _ => throw new InvalidOperationException("flush"),
            NameSelector = static _ => throw new InvalidOperationException("name"),
            Enrich = static (_, _) => throw new InvalidOperationException("enrich"),
            Redact = static (_, _) => throw new InvalidOperationException("redact"),
        };
        await AssertConsumedAsync(options);
    }

    [Test]
    public async Task Consume_ExporterFails_TheMessageIsConsumed() =>
        await AssertConsumedAsync(Wait(), new RecordingExporter { OnExport = static _ => ExportResult.Failure });

    [Test]
    public async Task Consume_ExporterThrows_TheMessageIsConsumed() =>
        await AssertConsumedAsync(Wait(), new RecordingExporter { OnExport = static _ => throw new InvalidOperationException("broken") });

    [Test]
    public async Task Consume_BackendHangs_TheMessageIsConsumedAfterTheTimeout()
    {
        using var gate = new Gate();
        var exporter = new RecordingExporter
        {
            OnExport = _ =>
            {
                gate.Pass();
                return ExportResult.Success;
            },
        };
        await AssertConsumedAsync(
            new WorkerTracingOptions { Flush = FlushMode.Wait, FlushTimeout = TimeSpan.FromMilliseconds(100) },
            exporter,
            gate.Open);
    }

    [Test]
    public async Task Consume_QueueIsFull_EveryMessageIsConsumed()
    {
        using var gate = new Gate();
        var exporter = new RecordingExporter
        {
            OnExport = _ =>
            {
                gate.Pass();
                return ExportResult.Success;
            },
        };
        await AssertConsumedAsync(
            new WorkerTracingOptions { Flush = FlushMode.Background },
            exporter,
            gate.Open,
            new BatchTraceProcessorOptions { MaxQueueSize = 2, MaxBatchSize = 1 },
            messages: 50);
    }

    [Test]
    public async Task Consume_Disabled_HeadersAndConsumersAreLeftAlone()
    {
        await using TestBus bus = await TestBus.StartAsync(
            static x => x.AddConsumer<PlacedConsumer>(), options: new WorkerTracingOptions { Enabled = false });
        string? header = null;
        bus.Scenario.OnConsume = (context, _) =>
        {
            header = context.Headers.Get<string>("traceparent");
            return Task.CompletedTask;
        };

        using Activity producer = TestSource.Start("producer");
        await bus.Bus.Publish(new OrderPlaced("1"));
        await bus.Scenario.CalledAsync();

        Assert.That(header, Is.Null);
        Assert.That(bus.Scenario.Seen.Single(), Is.Null);
        Assert.That(
            JsonSerializer.Serialize(((IBusControl)bus.Bus).GetProbeResult().Results),
            Does.Not.Contain("workerTracing"),
            "a filter that does nothing still costs each message its part of the pipe");
    }

    [Test]
    public async Task Consume_FilteredOut_TheMessageIsConsumedAndNothingIsRecorded()
    {
        await using TestBus bus = await TestBus.StartAsync(
            static x => x.AddConsumer<PlacedConsumer>(), options: new WorkerTracingOptions
            {
                Filter = static _ => false,
                Flush = FlushMode.Wait
            });

        using Activity producer = TestSource.Start("producer");
        await bus.Bus.Publish(new OrderPlaced("1"));
        await bus.Scenario.CalledAsync();

        Assert.That(bus.Scenario.Seen.Single()!.IsRecorded, Is.False);
    }

    private static WorkerTracingOptions Wait() => new() { Flush = FlushMode.Wait };

    private static async Task AssertConsumedAsync(
        WorkerTracingOptions options,
        RecordingExporter? exporter = null,
        Action? release = null,
        BatchTraceProcessorOptions? batching = null,
        int messages = 1)
    {
        var received = new ReceiveCounter();
        await using TestBus bus = await TestBus.StartAsync(
            static x => x.AddConsumer<PlacedConsumer>(),
            (_, cfg) => cfg.ConnectReceiveObserver(received),
            options,
            exporter: exporter,
            batching: batching);

        for (int i = 0; i < messages; i++)
            await bus.Bus.Publish(new OrderPlaced($"{i}"));
        await Until.TrueAsync(() => received.Completed == messages, "every message is let go");
        release?.Invoke();

        Assert.That(bus.Scenario.Calls, Is.EqualTo(messages));
        Assert.That(received.Faulted, Is.Zero);
    }
}
