using Microsoft.Extensions.Logging;

namespace WorkerTracing;

/// <summary>Writes what a pipeline does to the log and the metrics. Never under the pipeline's lock.</summary>
internal sealed class ExportReport(string exporter, int maxQueueSize, ILogger log)
{
    public void Exported(in ExportCounts counts, TimeSpan duration)
    {
        Telemetry.RecordExport(duration, counts.Arrived > 0, exporter);
        int failed = counts.Dropped + counts.Rejected;
        if (failed > 0)
        {
            Telemetry.LoseSpans(failed, "export_failed", exporter);
            Log.ExportFailed(log, exporter, failed);
        }

        if (counts.Abandoned > 0)
            Left(counts.Abandoned);
    }

    public void Refused(bool isClosed) => Telemetry.LoseSpans(1, isClosed ? "shutdown" : "queue_full", exporter);

    public void Overflowing() => Log.QueueFull(log, exporter, maxQueueSize);

    public void EnqueueFailed(Exception exception)
    {
        Telemetry.LoseSpans(1, "queue_failed", exporter);
        Log.TracingThrew(log, nameof(ExportPipeline.Enqueue), exception);
    }

    public void Missed() => Telemetry.LoseSpans(1, "processor_failed", exporter);

    /// <summary>Spans were left at the shutdown.</summary>
    public void Left(int spans)
    {
        Telemetry.LoseSpans(spans, "shutdown", exporter);
        Log.ClosedWithSpansLeft(log, exporter, spans);
    }

    public void LeftInFlight(int spans) => Log.ClosedWithSpansInFlight(log, exporter, spans);
}
