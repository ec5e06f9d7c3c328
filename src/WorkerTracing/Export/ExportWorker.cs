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
    private readonly RecordBacklog? _backlog = state.Backlog;

    /// <summary>Gets whether spans or records are left that an export sends now or later.</summary>
    private bool IsMoreLeft =>
        _spans.UntilDue(state.Schedule.Requested) != Timeout.InfiniteTimeSpan || _backlog is { Count: > 0 };

    /// <summary>Waits until an export is due, and takes its spans. Called by export threads.</summary>
    /// <returns>False when the pipeline is closed. The batch is empty where taking alone has answered a flush.</returns>
    public bool TakeBatch(ExportBatch batch)
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
                else if (_backlog is not null && untilDue != TimeSpan.Zero)
                {
                    TimeSpan untilReadBack = UntilReadBack(_backlog);
                    if (untilReadBack == TimeSpan.Zero)
                    {
                        _backlog.Begin(batch);
                        Start(batch);
                        return true;
                    }

                    wait = Timeouts.Shorter(wait, untilReadBack);
                }

                state.IdleThreads.Wait(wait, isGathering: untilDue == TimeSpan.Zero && !_retry.IsFailing);
            }

            return false;
        }
    }

    /// <summary>Reads the records of an export that sends some. Called by export threads.</summary>
    public void ReadBack(ExportBatch batch)
    {
        if (batch.IsReadBack)
            _backlog!.Read(batch);
    }

    /// <summary>Reports that an export is about to be sent. Called by export threads.</summary>
    public void ReportStart(ExportBatch batch) => report.Passed(batch.NewSpans);

    /// <summary>Records the outcomes of an export, and answers the flushes that waited for them. Called by export threads.</summary>
    /// <param name="batch">The export.</param>
    /// <param name="retryAfter">How long the exporter asks to send nothing; zero where it does not say.</param>
    public void Complete(ExportBatch batch, TimeSpan retryAfter)
    {
        TimeSpan duration = time.GetElapsedTime(batch.Started);
        ExportCounts counts;
        if (batch.IsReadBack)
            _backlog!.Mark(batch);
        lock (_sync)
            counts = Settle(batch, duration, retryAfter);
        state.Recording?.MarkDone(batch);
        batch.ReleaseAnswered();
        try
        {
            if (counts.Total > 0)
                report.Exported(counts, duration, batch);
            if (counts.Retained > 0 && shutdown.IsClosed)
                shutdown.DropRest(); // those that have a record: nothing takes them any more
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

            state.IdleThreads.Rest();
        }
    }

    private void Fill(ExportBatch batch)
    {
        _spans.Take(batch, state.Schedule.Requested, _retry);
        pipeline.Intake.OnTaken();
        _flushes.OnTaken(_spans.Queue.Head, batch.Answered);
        if (batch.Count == 0)
        {
            _flushes.OnCompleted(batch, isPaused: false); // spans of suppressed jobs may have been all that a flush waited for
            return;
        }

        Start(batch);
        state.Coalescer.OnExportStarted();
    }

    private void Start(ExportBatch batch)
    {
        batch.Started = time.GetTimestamp();
        _spans.OnStarted(batch);
        shutdown.OnExportStarted();
        threads.OnExportStarted();
        if (_retry.IsFailing || IsMoreLeft)
            state.IdleThreads.Wake();
    }

    /// <summary>Returns how long until records may be sent: behind spans that are due, and after the delay of a failure.</summary>
    private TimeSpan UntilReadBack(RecordBacklog backlog)
    {
        if (_retry.IsSearching || _retry.IsProbing(_spans.InFlight))
            return Timeout.InfiniteTimeSpan;
        TimeSpan untilDue = backlog.UntilDue();
        return untilDue == TimeSpan.Zero && _retry.IsPaused ? _retry.Remaining : untilDue;
    }

    private ExportCounts Settle(ExportBatch batch, TimeSpan duration, TimeSpan retryAfter)
    {
        Debug.Assert(Monitor.IsEntered(_sync));
        int abandoned = 0;
        if (shutdown.IsClosed)
            abandoned = Abandon(batch);
        _spans.OnCompleted(batch, _retry, retryAfter);
        var counts = ExportCounts.Of(batch.Outcomes, batch.Details.Rejected, abandoned);
        for (; batch.Settled < batch.Count; batch.Settled++)
            SettleSpan(batch, batch.Settled);
        threads.OnExportCompleted();
        if (counts.Total > 0)
            state.Health.OnExported(counts, duration);
        if (counts.Arrived > 0)
            _backlog?.OnDelivered();
        state.Overflow.OnSettled(_spans.LowestUnsettled);
        _flushes.OnCompleted(batch, _retry.IsPaused);
        if (counts.Retained > 0 && _retry.IsPaused)
            _flushes.OnPaused(batch.Answered);
        state.Coalescer.OnExportCompleted(batch.Answered.Count, duration);
        if (shutdown.IsClosed || IsMoreLeft)
            state.IdleThreads.Wake();
        return counts;
    }

    private void SettleSpan(ExportBatch batch, int index)
    {
        SegmentDelivery? delivery = batch.Delivery(index);
        delivery?.Settle(batch.Outcomes[index]);
        if (batch.Outcomes[index] != ExportOutcome.Retained)
            state.Recording?.Settle(batch.Record(index), delivery);
    }

    /// <summary>The pipeline is closed: spans that were retained are lost, unless they have a record.</summary>
    /// <returns>How many are lost.</returns>
    private static int Abandon(ExportBatch batch)
    {
        int abandoned = 0;
        for (int i = 0; i < batch.Count; i++)
        {
            if (batch.Outcomes[i] != ExportOutcome.Retained || batch.Record(i).IsRecorded)
                continue;
            batch.Outcomes[i] = ExportOutcome.Dropped;
            abandoned++;
        }

        return abandoned;
    }
}
