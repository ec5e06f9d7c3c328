using Microsoft.Extensions.Logging;

namespace WorkerTracing;

/// <summary>Writes what a pipeline does to the log and the metrics. Never under the pipeline's lock.</summary>
internal sealed class ExportReport(string exporter, int maxQueueSize, IExportTarget? target, ILogger log, TimeProvider time)
{
    private readonly LossCounts _losses = new();
    private ExportError? _lastError;

    /// <summary>Gets the last export that delivered less than it was given, or null.</summary>
    public ExportError? LastError => Volatile.Read(ref _lastError);

    /// <inheritdoc cref="LossCounts.ByReason"/>
    public Dictionary<string, long> LostByReason(long total) => _losses.ByReason(total);

    /// <summary>Whether the exporter itself logs its failures, with more than the pipeline knows.</summary>
    public bool IsLoggedByExporter { get; init; }

    public void Exported(in ExportCounts counts, TimeSpan duration)
    {
        Telemetry.RecordExport(duration, counts.Arrived > 0, exporter);
        int failed = counts.Dropped + counts.Rejected;
        if (failed + counts.Retained > 0)
            Volatile.Write(ref _lastError, new ExportError(target?.LastError ?? "The exporter reported a failure.", time.GetUtcNow()));
        if (failed > 0)
        {
            Lose(failed, LossReason.ExportFailed);
            if (!IsLoggedByExporter)
                Log.ExportFailed(log, exporter, failed);
        }

        if (counts.Abandoned > 0)
            Left(counts.Abandoned);
    }

    public void Refused(bool isClosed)
    {
        if (isClosed)
            Lose(1, LossReason.Shutdown);
        else
            Telemetry.LoseSpans(1, LossReason.QueueFull, exporter);
    }

    public void Overflowing() => Log.QueueFull(log, exporter, maxQueueSize);

    public void EnqueueFailed(Exception exception)
    {
        Lose(1, LossReason.QueueFailed);
        Log.TracingThrew(log, nameof(SpanIntake.Enqueue), exception);
    }

    public void Missed() => Lose(1, LossReason.ProcessorFailed);

    /// <summary>Spans were left at the shutdown.</summary>
    public void Left(int spans)
    {
        Lose(spans, LossReason.Shutdown);
        Log.ClosedWithSpansLeft(log, exporter, spans);
    }

    /// <summary>Recorded spans were left at the shutdown.</summary>
    public void LeftToRecorder(int spans) => Log.ClosedWithSpansRecorded(log, exporter, spans);

    public void LeftInFlight(int spans) => Log.ClosedWithSpansInFlight(log, exporter, spans);

    private void Lose(int spans, string reason)
    {
        _losses.Add(reason, spans);
        Telemetry.LoseSpans(spans, reason, exporter);
    }
}
