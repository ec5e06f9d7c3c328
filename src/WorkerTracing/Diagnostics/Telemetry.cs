using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;

namespace WorkerTracing;

/// <summary>The source and the meter of the library, both named <c>WorkerTracing</c>, and the metrics of the pipeline.</summary>
internal static class Telemetry
{
    private static readonly string? Version = typeof(Telemetry).Assembly.GetName().Version?.ToString(3);

    public static readonly ActivitySource Source = new(InstrumentationScope.Name, Version);

    public static readonly Meter Meter = new(InstrumentationScope.Name, Version);

    /// <summary>
    /// Buckets from a millisecond to an hour. OpenTelemetry's default buckets are for milliseconds: with them, the median of jobs of 2 ms
    /// is 2.5 s.
    /// </summary>
    public static readonly InstrumentAdvice<double> SecondsAdvice = new()
    {
        HistogramBucketBoundaries =
            [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600],
    };

    private static readonly Counter<long> SpansLost =
        Meter.CreateCounter<long>("worker_tracing.spans.lost", "{span}", "Spans that will never arrive, by reason.");

    private static readonly Histogram<double> ExportDuration =
        Meter.CreateHistogram("worker_tracing.export.duration", "s", "How long exports took, by result.", advice: SecondsAdvice);

    private static readonly Histogram<double> FlushDuration =
        Meter.CreateHistogram("worker_tracing.flush.duration", "s", "How long flushes took, by status.", advice: SecondsAdvice);

    private static readonly Counter<long> CallbackFailures =
        Meter.CreateCounter<long>("worker_tracing.callback.failures", "{failure}", "Callbacks of the application that threw.");

    private static readonly Counter<long> JobsAbandoned = Meter.CreateCounter<long>(
        "worker_tracing.jobs.abandoned", "{job}", "Jobs that ended with their process, found by the flight recorder of the next.");

    private static readonly Counter<long> ContextRejected =
        Meter.CreateCounter<long>("worker_tracing.context.rejected", "{header}", "Trace headers that were malformed or oversized.");

    static Telemetry()
    {
        Meter.CreateObservableGauge(
            "worker_tracing.queue.length",
            static () => LiveProcessors.All.Select(static p => new Measurement<long>(
                p.Pipeline.Waiting,
                new KeyValuePair<string, object?>("exporter", p.Pipeline.ExporterName))),
            "{span}",
            "Ended spans that wait for export.");
        Meter.CreateObservableGauge(
            "worker_tracing.recorder.size",
            static () => Recorders().Sum(static recorder => recorder.Bytes),
            "By",
            "Size of the files of the flight recorder.");
        Meter.CreateObservableGauge(
            "worker_tracing.recorder.backlog",
            static () => LiveProcessors.All.Where(static p => p.Pipeline.Recording is not null).Select(static p => new Measurement<long>(
                p.Pipeline.Recording!.Channel.Unqueued,
                new KeyValuePair<string, object?>("exporter", p.Pipeline.ExporterName))),
            "{span}",
            "Recorded spans that no queue holds, waiting to be read back.");
        Meter.CreateObservableCounter(
            "worker_tracing.recorder.unrecorded",
            static () => Recorders().SelectMany(static recorder => recorder.Counts.Unrecorded)
                .GroupBy(static reason => reason.Key, static reason => reason.Value)
                .Select(static reason => new Measurement<long>(
                    reason.Sum(), new KeyValuePair<string, object?>("reason", reason.Key))),
            "{span}",
            "Ended spans that the flight recorder could not keep, by reason.");
    }

    public static void LoseSpans(int count, string reason, string exporter)
    {
        if (!SpansLost.Enabled)
            return;
        Publish(
            (count, reason, exporter),
            static lost => SpansLost.Add(
                lost.count,
                new KeyValuePair<string, object?>("reason", lost.reason),
                new KeyValuePair<string, object?>("exporter", lost.exporter)));
    }

    public static void RecordExport(TimeSpan duration, bool delivered, string exporter) => Publish(
        (duration, delivered, exporter),
        static export => ExportDuration.Record(
            export.duration.TotalSeconds,
            new KeyValuePair<string, object?>("result", export.delivered ? "success" : "failure"),
            new KeyValuePair<string, object?>("exporter", export.exporter)));

    public static void RecordFlush(FlushResult result)
    {
        if (FlushDuration.Enabled)
            Publish(result, static flush => FlushDuration.Record(
                flush.Elapsed.TotalSeconds,
                new KeyValuePair<string, object?>("status", flush.Status.ToString())));
    }

    public static void FailCallback(string callback) =>
        Publish(callback, static name => CallbackFailures.Add(1, new KeyValuePair<string, object?>("callback", name)));

    public static void AbandonJob(RunningJobKey? key)
    {
        var tags = new TagList();
        if (key is { } job)
        {
            tags.Add(SpanAttributes.Platform, job.System);
            tags.Add(SpanAttributes.Task, job.Name);
        }

        Publish(tags, static tags => JobsAbandoned.Add(1, tags));
    }

    public static void RejectContext(string header) =>
        Publish(header, static name => ContextRejected.Add(1, new KeyValuePair<string, object?>("header", name)));

    private static IEnumerable<FlightRecorder> Recorders() =>
        LiveProcessors.All.Select(static p => p.Pipeline.Recording?.Recorder).OfType<FlightRecorder>().Distinct();

    /// <summary>Publishes a measurement. A metric listener's callback runs in it, on the thread of a job or of an export.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "The boundary to metric listeners. A failure of theirs cannot be measured.")]
    public static void Publish<TState>(TState state, Action<TState> measure)
    {
        try
        {
            measure(state);
        }
        catch (Exception)
        {
        }
    }
}
