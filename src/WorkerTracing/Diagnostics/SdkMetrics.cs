using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace WorkerTracing;

/// <summary>
/// The metrics of one processor and its exporter by the names of OpenTelemetry's semantic conventions for the metrics of SDKs
/// (https://opentelemetry.io/docs/specs/semconv/otel/sdk-metrics/, status: development). Never under the pipeline's lock.
/// </summary>
internal sealed class SdkMetrics
{
    /// <summary>The value of <c>error.type</c> where the exporter reports a failure and no more.</summary>
    public const string OtherError = "_OTHER";

    private const string Rejected = "rejected";

    private static readonly Meter Meter = Telemetry.Meter;

    private static readonly Counter<long> Processed = Meter.CreateCounter<long>(
        "otel.sdk.processor.span.processed", "{span}", "Spans that were passed to the exporter, or dropped before.");

    private static readonly Counter<long> Exported = Meter.CreateCounter<long>(
        "otel.sdk.exporter.span.exported", "{span}", "Spans that have their final outcome.");

    private static readonly Histogram<double> Duration = Meter.CreateHistogram(
        "otel.sdk.exporter.operation.duration", "s", "How long exports took.", advice: Telemetry.SecondsAdvice);

    private static readonly ConcurrentDictionary<string, int> Instances = new();

    static SdkMetrics()
    {
        Meter.CreateObservableUpDownCounter(
            "otel.sdk.processor.span.queue.size",
            static () => Measure(static pipeline => (pipeline.Status.Pending.Unpassed, pipeline.Metrics.Processor)),
            "{span}",
            "Spans in the queue that were not passed to the exporter yet.");
        Meter.CreateObservableUpDownCounter(
            "otel.sdk.processor.span.queue.capacity",
            static () => Measure(static pipeline => (pipeline.QueueCapacity, pipeline.Metrics.Processor)),
            "{span}",
            "The most spans that the queue holds.");
        Meter.CreateObservableUpDownCounter(
            "otel.sdk.exporter.span.inflight",
            static () => Measure(static pipeline => (pipeline.Status.Pending.Passed, pipeline.Metrics.Exporter)),
            "{span}",
            "Spans that were passed to the exporter and have no final outcome yet.");
    }

    public SdkMetrics(string exporterType, string? address)
    {
        Processor = [.. Component(typeof(BatchTraceProcessor).FullName!)];
        Exporter = Uri.TryCreate(address, UriKind.Absolute, out Uri? server)
            ? [.. Component(exporterType), new("server.address", server.IdnHost), new("server.port", server.Port)]
            : [.. Component(exporterType)];
    }

    /// <summary>Gets the attributes of the processor.</summary>
    public KeyValuePair<string, object?>[] Processor { get; }

    /// <summary>Gets the attributes of the exporter.</summary>
    public KeyValuePair<string, object?>[] Exporter { get; }

    /// <summary>Spans are passed to the exporter for the first time.</summary>
    public void Pass(int spans)
    {
        if (spans > 0 && Processed.Enabled)
            Telemetry.Publish((spans, Processor), static passed => Processed.Add(passed.spans, passed.Processor));
    }

    /// <summary>Spans are dropped that were never passed to the exporter.</summary>
    public void Drop(int spans, string reason)
    {
        if (Processed.Enabled)
            Publish(Processed, spans, Processor, reason);
    }

    /// <summary>Spans that were passed to the exporter are lost without a further export.</summary>
    public void Fail(int spans, string reason)
    {
        if (Exported.Enabled)
            Publish(Exported, spans, Exporter, reason);
    }

    /// <summary>An export has ended.</summary>
    /// <param name="counts">Its outcomes. Spans that are kept have none: they count with a later export.</param>
    /// <param name="duration">How long it took.</param>
    /// <param name="error">Why spans were not delivered, as a value of <c>error.type</c>; null where all were.</param>
    public void Finish(in ExportCounts counts, TimeSpan duration, string? error)
    {
        if (Duration.Enabled)
        {
            string? failure = counts.Arrived == counts.Total ? null : error ?? (counts.Rejected > 0 ? Rejected : OtherError);
            Telemetry.Publish(
                (duration, Tags: TagsOf(Exporter, failure)), static export => Duration.Record(export.duration.TotalSeconds, export.Tags));
        }

        if (Exported.Enabled)
        {
            Publish(Exported, counts.Arrived, Exporter, null);
            Publish(Exported, counts.Rejected, Exporter, Rejected);
            Publish(Exported, counts.Dropped + counts.Abandoned, Exporter, error ?? OtherError);
        }
    }

    private static void Publish(Counter<long> counter, int spans, KeyValuePair<string, object?>[] component, string? error)
    {
        if (spans > 0)
            Telemetry.Publish(
                (counter, spans, Tags: TagsOf(component, error)), static counted => counted.counter.Add(counted.spans, counted.Tags));
    }

    private static TagList TagsOf(KeyValuePair<string, object?>[] component, string? error)
    {
        var tags = new TagList(component);
        if (error is not null)
            tags.Add(SpanAttributes.ErrorType, error);
        return tags;
    }

    /// <summary>Names a component as the conventions propose: its type, and a number that counts the instances of the type from 0.</summary>
    private static IEnumerable<KeyValuePair<string, object?>> Component(string type)
    {
        int number = Instances.AddOrUpdate(type, 0, static (_, last) => last + 1);
        return [new("otel.component.type", type), new("otel.component.name", $"{type}/{number}")];
    }

    private static IEnumerable<Measurement<long>> Measure(
        Func<ExportPipeline, (long Spans, KeyValuePair<string, object?>[] Tags)> measure) =>
        LiveProcessors.All.Select(processor =>
        {
            (long spans, KeyValuePair<string, object?>[] tags) = measure(processor.Pipeline);
            return new Measurement<long>(spans, tags);
        });
}
