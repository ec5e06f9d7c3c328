using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using OpenTelemetry.Exporter;
using WorkerTracing.Testing;

namespace WorkerTracing.Tests;

/// <summary>The metrics <c>otel.sdk.*</c> of one processor and its exporter, beside what happened to the spans.</summary>
public sealed class SdkMetricsTests : IDisposable
{
    private const string Processed = "otel.sdk.processor.span.processed";
    private const string Exported = "otel.sdk.exporter.span.exported";
    private const string Duration = "otel.sdk.exporter.operation.duration";

    private static readonly TimeSpan Ample = TimeSpan.FromMinutes(2);

    private readonly ConcurrentQueue<(string Name, double Value, Dictionary<string, object?> Tags)> _measured = new();
    private readonly MeterListener _listener = new();

    public SdkMetricsTests()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name.StartsWith("otel.sdk.", StringComparison.Ordinal))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    public void Dispose() => _listener.Dispose();

    [Test]
    public async Task Export_SpansThatAreKeptAndThenDelivered_CountOnce([Values] OtlpExportProtocol protocol)
    {
        await using OtlpBackend backend = await OtlpBackend.StartAsync(protocol);
        bool isGrpc = protocol == OtlpExportProtocol.Grpc;
        var refuse = new TaskCompletionSource();
        backend.OnCall = async _ =>
        {
            await refuse.Task;
            return OtlpReply.Failure(503, 14, isGrpc);
        };
        using var processor = new BatchTraceProcessor(new OtlpSpanExporter(backend.Options));
        for (int i = 0; i < 3; i++)
            processor.OnEnd(Spans.Ended($"span {i}"));

        ValueTask<FlushResult> refused = processor.FlushAsync(Ample);
        await Until.TrueAsync(() => backend.Calls.Count == 1, "the export is in flight");
        processor.OnEnd(Spans.Ended("queued"));
        Assert.That(Observed("otel.sdk.exporter.span.inflight", processor), Is.EqualTo(3));
        Assert.That(Observed("otel.sdk.processor.span.queue.size", processor), Is.EqualTo(1));
        Assert.That(Observed("otel.sdk.processor.span.queue.capacity", processor), Is.EqualTo(8192));
        refuse.SetResult();
        await refused;
        Assert.That(Observed("otel.sdk.exporter.span.inflight", processor), Is.EqualTo(3), "kept for another attempt");
        Assert.That(Sum(Exported, processor), Is.Empty, "no span has its final outcome");
        backend.OnCall = static _ => Task.FromResult(OtlpReply.Ok);
        await Until.TrueAsync(
            async () => (await processor.FlushAsync(Ample)).Status == FlushStatus.Delivered, "the backend accepts spans again");

        await CountedAsync(Exported, processor, 4);
        Assert.That(Sum(Exported, processor), Is.EqualTo(new Dictionary<string, double> { [""] = 4 }));
        Assert.That(Sum(Processed, processor), Is.EqualTo(new Dictionary<string, double> { [""] = 4 }));
        Assert.That(Observed("otel.sdk.exporter.span.inflight", processor), Is.Zero);
        Assert.That(Sum(Duration, processor).Keys, Is.SupersetOf(new[] { "", isGrpc ? "UNAVAILABLE" : "503" }));
        Dictionary<string, object?> tags = Of(Exported, processor).First().Tags;
        Assert.That(tags["otel.component.type"], Is.EqualTo(isGrpc ? "otlp_grpc_span_exporter" : "otlp_http_span_exporter"));
        Assert.That(tags["otel.component.name"], Does.StartWith($"{tags["otel.component.type"]}/"));
        Assert.That(tags["server.address"], Is.EqualTo(backend.Endpoint.Host));
        Assert.That(tags["server.port"], Is.EqualTo(backend.Endpoint.Port));
    }

    [Test]
    public async Task Export_PartialSuccess_CountsTheRejectedSpansAsFailed()
    {
        await using OtlpBackend backend = await OtlpBackend.StartAsync(OtlpExportProtocol.HttpProtobuf);
        backend.OnCall = static _ => Task.FromResult(new OtlpReply { Rejected = 2 });
        using var processor = new BatchTraceProcessor(new OtlpSpanExporter(backend.Options));
        for (int i = 0; i < 5; i++)
            processor.OnEnd(Spans.Ended($"span {i}"));

        await processor.FlushAsync(Ample);
        await CountedAsync(Exported, processor, 5);

        Assert.That(Sum(Exported, processor), Is.EqualTo(new Dictionary<string, double> { [""] = 3, ["rejected"] = 2 }));
        Assert.That(Sum(Duration, processor).Keys, Is.EqualTo(new[] { "rejected" }));
    }

    [Test]
    public async Task Export_NoBackend_IsAConnectionError([Values] OtlpExportProtocol protocol)
    {
        OtlpExporterOptions options;
        await using (OtlpBackend gone = await OtlpBackend.StartAsync(protocol))
            options = gone.Options;
        using var processor = new BatchTraceProcessor(new OtlpSpanExporter(options));
        processor.OnEnd(Spans.Ended("span"));

        await processor.FlushAsync(Ample);
        await Until.TrueAsync(() => Of(Duration, processor).Any(), "the export is measured");

        Assert.That(Sum(Duration, processor).Keys, Is.EqualTo(new[] { "connection_error" }));
    }

    [Test]
    public async Task Export_AnExporterThatThrowsOrFails_SaysSo()
    {
        var exporter = new RecordingExporter { OnExport = static _ => throw new InvalidOperationException("not now") };
        using var processor = new BatchTraceProcessor(exporter);
        processor.OnEnd(Spans.Ended("first"));
        await processor.FlushAsync(Ample);
        exporter.OnExport = static _ => OpenTelemetry.ExportResult.Failure;
        processor.OnEnd(Spans.Ended("second"));
        await processor.FlushAsync(Ample);
        await CountedAsync(Exported, processor, 2);

        Assert.That(
            Sum(Exported, processor),
            Is.EqualTo(new Dictionary<string, double> { ["System.InvalidOperationException"] = 1, ["_OTHER"] = 1 }));
        Assert.That(Of(Exported, processor).First().Tags["otel.component.type"], Is.EqualTo(typeof(RecordingExporter).FullName));
    }

    [Test]
    public async Task OnEnd_QueueIsFullOrClosed_CountsAsDropped()
    {
        using var gate = new Gate();
        var exporter = new RecordingExporter
        {
            OnExport = _ =>
            {
                gate.Pass();
                return OpenTelemetry.ExportResult.Success;
            },
        };
        using var processor = new BatchTraceProcessor(
            exporter, new BatchTraceProcessorOptions { MaxQueueSize = 2, MaxBatchSize = 2, ExportTriggerRatio = 1 });
        processor.OnEnd(Spans.Ended("in flight"));
        ValueTask<FlushResult> flush = processor.FlushAsync(Ample);
        await gate.EnteredAsync();
        for (int i = 0; i < 5; i++)
            processor.OnEnd(Spans.Ended($"span {i}"));
        gate.Open();
        await flush;
        processor.Shutdown();
        processor.OnEnd(Spans.Ended("too late"));

        Assert.That(
            Sum(Processed, processor),
            Is.EqualTo(new Dictionary<string, double> { [""] = 3, ["queue_full"] = 3, ["already_shutdown"] = 1 }));
    }

    [Test]
    public void Pass_AListenerThatThrows_IsNoFailureOfTheExport()
    {
        using var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listening) =>
            {
                if (instrument.Name == Processed)
                    listening.EnableMeasurementEvents(instrument);
            },
        };
        var metrics = new SdkMetrics("test", address: null);
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            if (tags.ToArray().Any(tag => Equals(tag.Value, metrics.Processor[1].Value)))
                throw new InvalidOperationException("a listener");
        });
        listener.Start();

        Assert.That(() => metrics.Pass(1), Throws.Nothing);
    }

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _measured.Enqueue((instrument.Name, value, tags.ToArray().ToDictionary()));

    private IEnumerable<(double Value, Dictionary<string, object?> Tags)> Of(string name, BatchTraceProcessor processor)
    {
        SdkMetrics metrics = processor.Pipeline.Metrics;
        object?[] components = [metrics.Processor[1].Value, metrics.Exporter[1].Value];
        return _measured.Where(measured => measured.Name == name && components.Contains(measured.Tags["otel.component.name"]))
            .Select(static measured => (measured.Value, measured.Tags));
    }

    /// <summary>Returns the sums by <c>error.type</c>.</summary>
    private Dictionary<string, double> Sum(string name, BatchTraceProcessor processor) => Of(name, processor)
        .GroupBy(static measured => Convert.ToString(measured.Tags.GetValueOrDefault("error.type"), CultureInfo.InvariantCulture)!)
        .ToDictionary(static group => group.Key, static group => group.Sum(static measured => measured.Value));

    /// <summary>Waits for the metrics of an export, which follow the answer of the flush.</summary>
    private Task CountedAsync(string name, BatchTraceProcessor processor, int spans) =>
        Until.TrueAsync(() => Of(name, processor).Sum(static measured => measured.Value) >= spans, $"{spans} spans are counted");

    private double Observed(string name, BatchTraceProcessor processor)
    {
        _listener.RecordObservableInstruments();
        return Of(name, processor).Last().Value;
    }
}
