using System.Diagnostics;

namespace WorkerTracing;

/// <content>The end: the last export, what it has to leave, and who is told.</content>
internal sealed partial class ExportPipeline
{
    /// <summary>
    /// How long a shutdown waits, past its deadline, for exports that it has cancelled: exporters come back at once, unless they ignore it.
    /// </summary>
    private static readonly TimeSpan CancellationGrace = TimeSpan.FromMilliseconds(250);

    private int _unreported;

    /// <summary>
    /// Sends what is left, waiting at the most for <paramref name="timeout"/>; then closes: what is still queued is lost, and so is what
    /// ends later.
    /// </summary>
    /// <returns>The verdict on what was left.</returns>
    public FlushResult Close(TimeSpan timeout)
    {
        if (timeout != Timeout.InfiniteTimeSpan)
            _sender.EndAfter(timeout);
        FlushResult result = Wait(Ask(null, default, timeout), timeout);
        lock (_sync)
        {
            _closed = true;
            Monitor.Pulse(_sync);
        }

        int lost = Abandon();
        FlushRequest[] left;
        lock (_sync)
            left = [.. _flushes.All, .. _inFlight.SelectMany(WaitingFlushes.On)];
        if (lost > 0)
            Log.ClosedWithSpansLeft(_log, ExporterName, lost);
        foreach (FlushRequest request in left)
            GiveUp(request, FlushStatus.TimedOut);
        return lost == 0 ? result : result with { Status = FlushStatus.Failed, Lost = result.Lost + lost };
    }

    /// <summary>
    /// After the end, and once the exporter has been told to stop: lets the exports that were in flight come back, so that what they held
    /// is counted before the process is gone.
    /// </summary>
    /// <param name="left">What is left of the shutdown's time. Then they are cancelled.</param>
    public void AwaitExports(TimeSpan left)
    {
        int inFlight = 0;
        lock (_sync)
        {
            if (!WaitUntilReported(left == Timeout.InfiniteTimeSpan || left > CancellationGrace ? CancellationGrace : left))
            {
                _sender.End();
                WaitUntilReported(CancellationGrace);
            }

            foreach (ExportBatch batch in _inFlight)
                inFlight += batch.Count;
        }

        if (inFlight > 0)
            Log.ClosedWithSpansInFlight(_log, ExporterName, inFlight);
    }

    private bool WaitUntilReported(TimeSpan timeout)
    {
        long started = _time.GetTimestamp();
        while (Volatile.Read(ref _unreported) > 0)
        {
            TimeSpan left = Timeouts.Remaining(timeout, _time.GetElapsedTime(started));
            if (left == TimeSpan.Zero || !Monitor.Wait(_sync, left))
                return Volatile.Read(ref _unreported) == 0;
        }

        return true;
    }

    /// <summary>Loses everything that is queued or held, after the pipeline has closed, and tells the flushes that waited for it.</summary>
    private int Abandon()
    {
        ExportBatch left;
        lock (_sync)
        {
            DeferredSpan[] held = _deferred.Clear();
            left = new ExportBatch(held.Length + _queue.Count);
            foreach (DeferredSpan span in held)
            {
                span.Account?.Settle(ExportOutcome.Dropped);
                left.Add(span.Span, span.Account, span.Position);
            }

            while (!left.IsFull && _queue.TryTake(out Activity span, out long position))
            {
                var trace = TraceSegment.Of(span);
                if (trace is { IsSuppressed: true })
                    continue;
                SegmentDelivery? account = trace?.DeliveryOf(this);
                account?.Drop();
                left.Add(span, account, position);
            }

            _flushes.Drain(_queue.Head, left.Answered);
            _flushes.Settle(left, LowestUnsettled());
        }

        if (left.Count > 0)
        {
            Health.Abandon(left.Count);
            Telemetry.LoseSpans(left.Count, "shutdown", ExporterName);
        }

        left.ReleaseAnswered();
        return left.Count;
    }

    private void WakeClosing()
    {
        lock (_sync)
            Monitor.PulseAll(_sync);
    }
}
