namespace WorkerTracing;

/// <summary>The end of a pipeline: drops what is left after the last export, and answers the flushes that still wait.</summary>
internal sealed class ExportShutdown(PipelineState state, SpanSender sender, ExportReport report, TimeProvider time)
{
    /// <summary>
    /// How long a shutdown waits for exports, and once more after it has canceled them. Exporters that observe the token end at once.
    /// </summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(250);

    private readonly object _sync = state.Sync;
    private int _unreported; // exports that have begun and whose outcomes are not in the log and metrics yet; Interlocked
    private volatile bool _isClosed; // set under the pipeline's lock, once

    public bool IsClosed => _isClosed;

    /// <summary>Closes the pipeline after its last export.</summary>
    /// <returns>The result of the last export, with the spans that were left: lost, or left to the flight recorder.</returns>
    public FlushResult Close(ExportPipeline pipeline, FlushResult result)
    {
        lock (_sync)
        {
            _isClosed = true;
            Monitor.PulseAll(_sync);
        }

        (int lost, int stored) = DropRest();
        FlushRequest[] left;
        lock (_sync)
            left = state.Flushes.All();
        foreach (FlushRequest request in left)
            pipeline.GiveUp(request, FlushStatus.TimedOut);
        if (lost > 0)
            return result with { Status = FlushStatus.Failed, Lost = (int)Math.Min(int.MaxValue, (long)result.Lost + lost) };
        return stored > 0 && result.Status == FlushStatus.Delivered ? result with { Status = FlushStatus.Stored, Stored = stored } : result;
    }

    /// <summary>
    /// After the end, and once the exporter was told to stop: waits for the exports that were in flight, so that their spans are counted
    /// before the process ends.
    /// </summary>
    /// <param name="left">The rest of the shutdown's time. Then the exports are canceled.</param>
    public void AwaitExports(TimeSpan left)
    {
        int inFlight;
        lock (_sync)
        {
            if (!WaitUntilReported(left == Timeout.InfiniteTimeSpan || left > Grace ? Grace : left))
            {
                sender.End();
                WaitUntilReported(Grace);
            }

            inFlight = state.Spans.InFlight.Spans;
        }

        if (inFlight > 0)
            report.LeftInFlight(inFlight);
    }

    /// <summary>
    /// Drops everything that is queued or deferred in a closed pipeline, and answers the flushes that waited for it. Spans with a record are
    /// left to the flight recorder.
    /// </summary>
    public (int Lost, int Stored) DropRest()
    {
        ExportBatch left;
        lock (_sync)
        {
            left = state.Spans.Drop();
            Leave(left);
            state.Flushes.OnTaken(state.Spans.Queue.Head, left.Answered);
            state.Flushes.OnCompleted(left, isPaused: false);
        }

        int stored = left.Outcomes.Count(ExportOutcome.Retained);
        int lost = left.Count - stored;
        if (lost > 0)
        {
            state.Health.OnDropped(lost);
            report.Left(lost, Math.Min(lost, left.NewSpans));
        }

        if (stored > 0)
            report.LeftToRecorder(stored);
        left.ReleaseAnswered();
        return (lost, stored);
    }

    /// <summary>Settles the spans that are left.</summary>
    private void Leave(ExportBatch left)
    {
        for (int i = 0; state.Recording is { } recording && i < left.Count; i++)
        {
            if (recording.TryLeave(left.Record(i), left.Delivery(i)))
                left.Delivery(i)?.LeavePending();
        }
    }

    public void OnExportStarted() => Interlocked.Increment(ref _unreported);

    public void OnExportReported()
    {
        if (Interlocked.Decrement(ref _unreported) > 0 || !_isClosed)
            return;
        lock (_sync)
            Monitor.PulseAll(_sync);
    }

    private bool WaitUntilReported(TimeSpan timeout)
    {
        long started = time.GetTimestamp();
        while (Volatile.Read(ref _unreported) > 0)
        {
            TimeSpan left = Timeouts.Remaining(timeout, time.GetElapsedTime(started));
            if (left == TimeSpan.Zero || !Monitor.Wait(_sync, left))
                return Volatile.Read(ref _unreported) == 0;
        }

        return true;
    }
}
