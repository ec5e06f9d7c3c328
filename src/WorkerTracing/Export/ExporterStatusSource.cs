namespace WorkerTracing;

/// <summary>Reads the state of one pipeline for <see cref="WorkerTracingMonitor"/>.</summary>
internal sealed class ExporterStatusSource(
    string exporter, int queueCapacity, IExportTarget? target, PipelineState state, ExportReport report, TimeProvider time)
{
    /// <inheritdoc cref="ExportReport.LastError"/>
    public ExportError? LastError => report.LastError;

    /// <summary>
    /// Gets the number of spans that were not passed to the exporter yet, and of those that were and have no final outcome. Takes the
    /// pipeline's lock for a moment.
    /// </summary>
    public (int Unpassed, int Passed) Pending
    {
        get
        {
            lock (state.Sync)
                return (state.Spans.Pending - state.Spans.Passed, state.Spans.Passed);
        }
    }

    /// <summary>Gets the present state. Takes the pipeline's lock for a moment.</summary>
    public ExporterStatus Get()
    {
        ExportError? error = report.LastError;
        string? address = target?.Address;
        string? protocol = target?.Protocol;
        lock (state.Sync)
        {
            TimeSpan pause = state.Retry.Remaining;
            return new ExporterStatus
            {
                Name = exporter,
                Address = address,
                Protocol = protocol,
                Queued = state.Spans.Waiting,
                QueueCapacity = queueCapacity,
                InFlight = state.Spans.InFlight.Count,
                Delivered = state.Health.Delivered,
                Lost = report.LostByReason(state.Health.Lost),
                FailedExports = state.Health.FailedExports,
                FailingSince = state.Health.FailingSince,
                LastError = error?.Message,
                LastErrorAt = error?.Time,
                RetryAt = pause > TimeSpan.Zero ? time.GetUtcNow() + pause : null,
            };
        }
    }
}
