using Microsoft.Extensions.Logging;

namespace WorkerTracing;

/// <summary>Writes what a pipeline does to the log and the metrics. Never under the pipeline's lock.</summary>
internal sealed class ExportReport(
    string exporter, int maxQueueSize, IExportTarget? target, SdkMetrics metrics, ILogger log, TimeProvider time)
{
    /// <summary>The value of the conventions for a span that ends after the shutdown of its processor.</summary>
    private const string AlreadyShutdown = "already_shutdown";

    private const string UnknownFailure = "the export reported a failure";

    private readonly LossCounts _losses = new();
    private readonly ExportFailureLog _failures = new(exporter, target?.Address, log, time);
    private ExportError? _lastError;

    /// <summary>Gets the last export that delivered less than it was given, or null.</summary>
    public ExportError? LastError => Volatile.Read(ref _lastError);

    /// <inheritdoc cref="LossCounts.ByReason"/>
    public Dictionary<string, long> LostByReason(long total) => _losses.ByReason(total);

    /// <summary>Whether the exporter itself logs its failures, with more than the pipeline knows.</summary>
    public bool IsLoggedByExporter { get; init; }

    /// <summary>Spans are passed to the exporter for the first time.</summary>
    public void Passed(int spans) => metrics.Pass(spans);

    public void Exported(in ExportCounts counts, TimeSpan duration, ExportBatch batch)
    {
        Telemetry.RecordExport(duration, counts.Arrived > 0, exporter);
        metrics.Finish(counts, duration, batch.Details.ErrorType);
        if (batch.IsReadBack)
            metrics.Pass(counts.Total - counts.Retained);
        int failed = counts.Dropped + counts.Rejected;
        if (failed + counts.Retained > 0)
            Volatile.Write(ref _lastError, new ExportError(target?.LastError ?? "The exporter reported a failure.", time.GetUtcNow()));
        if (failed > 0)
            Lose(failed, LossReason.ExportFailed);
        if (!IsLoggedByExporter)
            LogFailures(counts, failed);
        if (counts.Abandoned > 0)
            Leave(counts.Abandoned);
    }

    public void Refused(bool isClosed)
    {
        metrics.Drop(1, isClosed ? AlreadyShutdown : LossReason.QueueFull);
        if (isClosed)
            Lose(1, LossReason.Shutdown);
        else
            Telemetry.LoseSpans(1, LossReason.QueueFull, exporter);
    }

    public void Overflowing() => Log.QueueFull(log, exporter, maxQueueSize);

    public void EnqueueFailed(Exception exception)
    {
        metrics.Drop(1, LossReason.QueueFailed);
        Lose(1, LossReason.QueueFailed);
        Log.TracingThrew(log, nameof(SpanIntake.Enqueue), exception);
    }

    public void Missed() => Lose(1, LossReason.ProcessorFailed);

    /// <summary>Spans were left at the shutdown.</summary>
    /// <param name="spans">How many.</param>
    /// <param name="unpassed">How many of them were never passed to the exporter.</param>
    public void Left(int spans, int unpassed)
    {
        metrics.Drop(unpassed, LossReason.Shutdown);
        metrics.Fail(spans - unpassed, LossReason.Shutdown);
        Leave(spans);
    }

    private void Leave(int spans)
    {
        Lose(spans, LossReason.Shutdown);
        Log.ClosedWithSpansLeft(log, exporter, spans);
    }

    /// <summary>Recorded spans were left at the shutdown.</summary>
    public void LeftToRecorder(int spans) => Log.ClosedWithSpansRecorded(log, exporter, spans);

    public void LeftInFlight(int spans) => Log.ClosedWithSpansInFlight(log, exporter, spans);

    private void LogFailures(in ExportCounts counts, int failed)
    {
        var answer = new SendAnswer(SendVerdict.Lost) { Description = target?.LastError ?? UnknownFailure };
        if (counts.Arrived > 0)
            _failures.Recover();
        if (counts.Retained > 0)
            _failures.Keep(answer, counts.Retained);
        if (failed > 0)
            _failures.Lose(answer, failed);
    }

    private void Lose(int spans, string reason)
    {
        _losses.Add(reason, spans);
        Telemetry.LoseSpans(spans, reason, exporter);
    }
}
