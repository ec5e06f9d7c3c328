using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace WorkerTracing;

/// <summary>The source and the meter of this library. Both are named <c>WorkerTracing</c>.</summary>
internal static class Telemetry
{
    public const string Name = "WorkerTracing";

    private static readonly string? Version = typeof(Telemetry).Assembly.GetName().Version?.ToString(3);

    public static readonly ActivitySource Source = new(Name, Version);

    private static readonly Meter Meter = new(Name, Version);

    public static readonly Histogram<double> ExecutionDuration =
        Meter.CreateHistogram<double>("workflow.execution.duration", "s", "How long job attempts ran.");

    public static readonly Counter<long> ExecutionOutcome =
        Meter.CreateCounter<long>("workflow.execution.outcome", "{execution}", "Job attempts by result.");

    private static readonly Counter<long> SpansLost =
        Meter.CreateCounter<long>("worker_tracing.spans.lost", "{span}", "Spans that will never arrive, by reason.");

    private static readonly Histogram<double> ExportDuration =
        Meter.CreateHistogram<double>("worker_tracing.export.duration", "s", "How long exports took, by result.");

    private static readonly Histogram<double> FlushDuration =
        Meter.CreateHistogram<double>("worker_tracing.flush.duration", "s", "How long flushes took their callers, by status.");

    private static readonly Counter<long> CallbackFailures =
        Meter.CreateCounter<long>("worker_tracing.callback.failures", "{failure}", "Callbacks of the application that threw.");

    private static readonly Counter<long> ContextRejected =
        Meter.CreateCounter<long>("worker_tracing.context.rejected", "{header}", "Trace headers that were malformed or oversized.");

    static Telemetry() =>
        Meter.CreateObservableGauge(
            "worker_tracing.queue.length",
            static () => LiveProcessors.All.Select(static p => new Measurement<long>(p.Pipeline.Waiting, new KeyValuePair<string, object?>("exporter", p.Pipeline.ExporterName))),
            "{span}",
            "Ended spans that wait for export.");

    public static void LoseSpans(int count, string reason, string exporter) =>
        SpansLost.Add(count, new KeyValuePair<string, object?>("reason", reason), new KeyValuePair<string, object?>("exporter", exporter));

    public static void RecordExport(TimeSpan duration, bool delivered, string exporter) =>
        ExportDuration.Record(
            duration.TotalSeconds,
            new KeyValuePair<string, object?>("result", delivered ? "success" : "failure"),
            new KeyValuePair<string, object?>("exporter", exporter));

    public static void RecordFlush(in FlushResult result)
    {
        if (FlushDuration.Enabled)
            FlushDuration.Record(result.Elapsed.TotalSeconds, new KeyValuePair<string, object?>("status", result.Status.ToString()));
    }

    public static void FailCallback(string callback) => CallbackFailures.Add(1, new KeyValuePair<string, object?>("callback", callback));

    public static void RejectContext(string header) => ContextRejected.Add(1, new KeyValuePair<string, object?>("header", header));
}
