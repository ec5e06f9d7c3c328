using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using OpenTelemetry;

namespace WorkerTracing;

/// <summary>Calls the exporter, whichever of the two kinds it is. What it throws ends here.</summary>
[SuppressMessage(
    "Design",
    "CA1001",
    Justification = "An export may outlive the processor and still look at the token; its source holds nothing once its timer has fired.")]
internal sealed class SpanSender
{
    private readonly BaseExporter<Activity> _exporter;
    private readonly IOutcomeExporter? _outcomeExporter;
    private readonly TimeSpan _exportTimeout;
    private readonly ILogger _log;

    private readonly CancellationTokenSource _closing = new();

    public SpanSender(BaseExporter<Activity> exporter, TimeSpan exportTimeout, ILogger log)
    {
        _exporter = exporter;
        _outcomeExporter = exporter as IOutcomeExporter;
        _exportTimeout = exportTimeout;
        _log = log;
        MaxConcurrency = _outcomeExporter?.MaxConcurrency ?? 1;
        SeparatesTraces = _outcomeExporter?.SeparatesTraces ?? true;
        if (MaxConcurrency < 1)
            throw new ArgumentException(
                $"{exporter.GetType().Name}.{nameof(IOutcomeExporter.MaxConcurrency)} is {MaxConcurrency}; it must be at least 1.",
                nameof(exporter));
    }

    public int MaxConcurrency { get; }

    public bool SeparatesTraces { get; }

    /// <summary>Whether a span in flight may come back, so that its place in the queue must be kept.</summary>
    public bool CanRetain => _outcomeExporter is not null;

    /// <summary>Cancels exports that are still running then, and all later ones.</summary>
    public void EndAfter(TimeSpan timeout) => _closing.CancelAfter(timeout);

    /// <summary>
    /// Cancels them now: the timer of <see cref="EndAfter"/> needs a thread of the pool, which may have none left. What an exporter hangs
    /// on the token runs on a thread of its own too, so that it
    /// cannot hold up a shutdown.
    /// </summary>
    public void End() => new Thread(Cancel) { IsBackground = true, Name = "WorkerTracing cancel" }.UnsafeStart();

    /// <summary>Exports the batch and leaves an outcome for each of its spans.</summary>
    [SuppressMessage(
        "Design",
        "CA1031",
        Justification = "The boundary to the exporter: whatever it throws, the batch has an outcome and the thread goes on.")]
    public void Send(ExportBatch batch)
    {
        try
        {
            if (_outcomeExporter is null)
                SendWhole(batch);
            else
                SendByOutcome(_outcomeExporter, batch);
        }
        catch (Exception exception)
        {
            Log.ExporterThrew(_log, _exporter.GetType().Name, exception);
        }
    }

    [SuppressMessage(
        "Design",
        "CA1031",
        Justification = "What an exporter hangs on the token may throw anything, on a thread where nobody would catch it.")]
    private void Cancel()
    {
        try
        {
            _closing.Cancel();
        }
        catch (Exception exception)
        {
            Log.ExporterThrew(_log, _exporter.GetType().Name, exception);
        }
    }

    private void SendWhole(ExportBatch batch)
    {
        using var spans = new Batch<Activity>(batch.Spans, batch.Count);
        if (_exporter.Export(spans) == ExportResult.Success)
            batch.Outcomes.Fill(ExportOutcome.Delivered);
    }

    private void SendByOutcome(IOutcomeExporter exporter, ExportBatch batch)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
        deadline.CancelAfter(_exportTimeout);
        ReadOnlySpan<Activity> spans = batch.Spans.AsSpan(0, batch.Count);
        if (exporter is IRejectionCountingExporter counting)
        {
            batch.Rejected = counting.ExportAndCountRejected(spans, batch.Outcomes, deadline.Token);
            return;
        }

        exporter.Export(spans, batch.Outcomes, deadline.Token);
        batch.Rejected = batch.Outcomes.Count(ExportOutcome.Unconfirmed);
    }
}
