using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using OpenTelemetry;

namespace WorkerTracing;

/// <summary>Calls the exporter, with or without <see cref="IOutcomeExporter"/>. Its exceptions end here.</summary>
[SuppressMessage(
    "Design",
    "CA1001",
    Justification = "An export may outlive the processor and still read the token; its source holds nothing once its timer has fired.")]
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

    /// <summary>Gets whether a span in flight may come back, so that its place in the queue must be kept.</summary>
    public bool CanRetain => _outcomeExporter is not null;

    /// <summary>Cancels the exports that still run after a time, and all later ones.</summary>
    public void EndAfter(TimeSpan timeout) => _closing.CancelAfter(timeout);

    /// <summary>
    /// Cancels them now. The timer of <see cref="EndAfter"/> needs a thread of the pool, which may have none left; and callbacks that an
    /// exporter registered on the token must not hold up a shutdown: so this runs on a thread of its own.
    /// </summary>
    public void End()
    {
        try
        {
            new Thread(Cancel) { IsBackground = true, Name = "WorkerTracing cancel" }.UnsafeStart();
        }
        catch (Exception exception) when (exception is OutOfMemoryException or ThreadStartException)
        {
            EndAfter(TimeSpan.Zero);
        }
    }

    /// <summary>Exports the batch and leaves an outcome for each of its spans.</summary>
    /// <returns>How long the exporter asks to send nothing; zero where it does not say.</returns>
    [SuppressMessage(
        "Design",
        "CA1031",
        Justification = "The boundary to the exporter: whatever it throws, the batch has an outcome and the thread goes on.")]
    public TimeSpan Send(ExportBatch batch)
    {
        try
        {
            if (batch.IsReadBack)
                SendRecords((IRecordedSpanExporter)_exporter, batch);
            else if (_outcomeExporter is null)
                SendWhole(batch);
            else
                SendByOutcome(_outcomeExporter, batch);
            return batch.Outcomes.Contains(ExportOutcome.Retained) && _outcomeExporter?.RetryAfter is { } delay ? delay : TimeSpan.Zero;
        }
        catch (Exception exception)
        {
            batch.Details = batch.Details with { ErrorType = exception.GetType().FullName };
            Log.ExporterThrew(_log, _exporter.GetType().Name, exception);
            return TimeSpan.Zero;
        }
    }

    [SuppressMessage(
        "Design",
        "CA1031",
        Justification = "Callbacks that an exporter registered on the token may throw anything, on a thread without another boundary.")]
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

    private void SendRecords(IRecordedSpanExporter exporter, ExportBatch batch)
    {
        batch.Outcomes.Fill(ExportOutcome.Retained);
        if (batch.ReadBack.Count == 0)
            return;
        using CancellationTokenSource deadline = StartDeadline();
        RecordedSpan[] records = [.. batch.ReadBack.Select(static record => record.Span)];
        batch.Outcomes.Clear();
        if (exporter is IDetailedRecordExporter detailed)
        {
            batch.Details = detailed.ExportWithDetails(records, batch.Outcomes, deadline.Token);
            return;
        }

        exporter.Export(records, batch.Outcomes, deadline.Token);
        batch.Details = new ExportDetails(batch.Outcomes.Count(ExportOutcome.Unconfirmed), null);
    }

    private CancellationTokenSource StartDeadline()
    {
        var deadline = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
        deadline.CancelAfter(_exportTimeout);
        return deadline;
    }

    private void SendByOutcome(IOutcomeExporter exporter, ExportBatch batch)
    {
        // Until the exporter is called, a failure (no memory, no thread for the timer) says nothing about the spans.
        batch.Outcomes.Fill(ExportOutcome.Retained);
        using CancellationTokenSource deadline = StartDeadline();
        ReadOnlySpan<Activity> spans = batch.Spans.AsSpan(0, batch.Count);
        batch.Outcomes.Clear();
        if (exporter is IDetailedExporter detailed)
        {
            batch.Details = detailed.ExportWithDetails(spans, batch.Outcomes, deadline.Token);
            return;
        }

        exporter.Export(spans, batch.Outcomes, deadline.Token);
        batch.Details = new ExportDetails(batch.Outcomes.Count(ExportOutcome.Unconfirmed), null);
    }
}
