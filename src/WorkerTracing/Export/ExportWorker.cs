using System.Diagnostics;

namespace WorkerTracing;

/// <summary>The export threads' side of a pipeline: takes the spans that are due, and settles the outcomes of their export.</summary>
internal sealed class ExportWorker(
    ExportPipeline pipeline, PipelineState state, ExportThreads threads, ExportShutdown shutdown, ExportReport report, TimeProvider time)
{
    /// <summary>
    /// How soon to look again when a due span could not be taken: a thread has its position in the queue and is about to write it.
    /// </summary>
    private static readonly TimeSpan Retake = TimeSpan.FromMilliseconds(1);

    private readonly object _sync = state.Sync;
    private readonly PendingSpans _spans = state.Spans;
    private readonly WaitingFlushes _flushes = state.Flushes;
    private readonly ExportRetry _retry = state.Retry;

    /// <summary>Waits until an export is due, and takes its spans. Called by export threads.</summary>
    /// <returns>False when the pipeline is closed. The batch is empty where taking alone has answered a flush.</returns>
    public bool TakeBatch(ExportBatch batch)
    {
        using (state.Turn.Take())
        {
            lock (_sync)
            {
                while (!shutdown.IsClosed)
                {
                    state.Schedule.RequestIfScheduled(_spans.Queue.Tail);
                    TimeSpan untilDue = _spans.UntilDue(state.Schedule.Requested);
                    TimeSpan wait = state.Schedule.UntilExport(untilDue, _spans.InFlight);
                    if (wait == TimeSpan.Zero)
                    {
                        Fill(batch);
                        if (batch.Count > 0 || batch.Answered.Count > 0)
                            return true;
                        wait = Retake;
                    }

                    state.Turn.Wait(wait, untilDue != TimeSpan.Zero ? ExportTurn.State.Idle
                        : _retry.IsFailing ? ExportTurn.State.Paused : ExportTurn.State.Gathering);
                }

                return false;
            }
        }
    }

    /// <summary>Records the outcomes of an export, and answers the flushes that waited for them. Called by export threads.</summary>
    /// <param name="batch">The export.</param>
    /// <param name="retryAfter">How long the exporter asks to send nothing; zero where it does not say.</param>
    public void Complete(ExportBatch batch, TimeSpan retryAfter)
    {
        TimeSpan duration = time.GetElapsedTime(batch.Started);
        ExportCounts counts;
        lock (_sync)
            counts = Settle(batch, duration, retryAfter);
        batch.ReleaseAnswered();
        try
        {
            report.Exported(counts, duration);
        }
        finally
        {
            shutdown.OnExportReported(); // a shutdown waits for it, even if the exporter's own description of its failure throws
        }
    }

    /// <summary>After a failure of the export thread itself: the batch must not stay in flight for ever.</summary>
    public void Recover(ExportBatch batch)
    {
        lock (_sync)
        {
            if (_spans.InFlight.Contains(batch))
            {
                Settle(batch, time.GetElapsedTime(batch.Started), TimeSpan.Zero);
                shutdown.OnExportReported();
            }

            state.Turn.Rest();
        }
    }

    private void Fill(ExportBatch batch)
    {
        _spans.Take(batch, state.Schedule.Requested, _retry);
        pipeline.OnTaken();
        _flushes.OnTaken(_spans.Queue.Head, batch.Answered);
        if (batch.Count == 0)
        {
            _flushes.OnCompleted(batch, isPaused: false); // spans of suppressed jobs may have been all that a flush waited for
            return;
        }

        batch.Started = time.GetTimestamp();
        _spans.OnStarted(batch);
        state.Coalescer.OnExportStarted();
        shutdown.OnExportStarted();
        threads.OnExportStarted();
    }

    private ExportCounts Settle(ExportBatch batch, TimeSpan duration, TimeSpan retryAfter)
    {
        Debug.Assert(Monitor.IsEntered(_sync));
        int abandoned = 0;
        if (shutdown.IsClosed)
        {
            abandoned = batch.Outcomes.Count(ExportOutcome.Retained);
            batch.Outcomes.Replace(ExportOutcome.Retained, ExportOutcome.Dropped);
        }

        _spans.OnCompleted(batch, _retry, retryAfter);
        var counts = ExportCounts.Of(batch.Outcomes, batch.Rejected, abandoned);
        for (; batch.Settled < batch.Count; batch.Settled++)
            batch.Delivery(batch.Settled)?.Settle(batch.Outcomes[batch.Settled]);
        threads.OnExportCompleted();
        state.Health.OnExported(counts, duration);
        state.Overflow.OnSettled(_spans.LowestUnsettled);
        _flushes.OnCompleted(batch, _retry.IsPaused);
        if (counts.Retained > 0 && _retry.IsPaused)
            _flushes.OnPaused(batch.Answered);
        state.Coalescer.OnExportCompleted(batch.Answered.Count, duration);
        if (shutdown.IsClosed || _spans.UntilDue(state.Schedule.Requested) != Timeout.InfiniteTimeSpan)
            state.Turn.Wake();
        return counts;
    }
}
