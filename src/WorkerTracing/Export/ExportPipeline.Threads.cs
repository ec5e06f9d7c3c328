using System.Diagnostics;
using OpenTelemetry;

namespace WorkerTracing;

/// <content>The export threads' side: taking what is due, sending it, settling what came of it.</content>
internal sealed partial class ExportPipeline
{
    /// <summary>The pipeline that the current thread exports for.</summary>
    [ThreadStatic]
    private static ExportPipeline? ExportingHere;

    private void AddThread()
    {
        _threads++;
        _idleThreads++;
        new Thread(Run) { IsBackground = true, Name = $"WorkerTracing {ExporterName} {_threads}" }.UnsafeStart();
    }

    private void Run()
    {
        using IDisposable suppressed = SuppressInstrumentationScope.Begin();
        ExportingHere = this;
        var batch = new ExportBatch(_maxBatchSize);
        while (TakeBatch(batch))
        {
            batch.ReleaseAnswered();
            if (batch.Count == 0)
                continue;
            _sender.Send(batch);
            TimeSpan duration = _time.GetElapsedTime(batch.Started);
            (int delivered, int lost, int abandoned) = Settle(batch, duration);
            batch.ReleaseAnswered();
            batch.Clear();
            Report(duration, delivered, lost, abandoned);
            if (Interlocked.Decrement(ref _unreported) == 0 && _closed)
                WakeClosing();
        }
    }

    /// <summary>Waits until spans are due, and takes them. One thread at a time leads; the others wait for their turn.</summary>
    /// <returns>False when the pipeline is closed. The batch may be empty where taking alone has answered a flush.</returns>
    private bool TakeBatch(ExportBatch batch)
    {
        lock (_turn)
        {
            lock (_sync)
            {
                while (!_closed)
                {
                    TimeSpan wait = TimeToExport();
                    if (wait <= TimeSpan.Zero)
                    {
                        Fill(batch);
                        if (batch.Count > 0 || batch.Answered.Count > 0)
                            return true;
                        wait = Retake;
                    }

                    // A monitor counts in whole milliseconds and would take a fraction of one for none.
                    if (!Monitor.Wait(_sync, (int)Math.Ceiling(wait.TotalMilliseconds)))
                        _coalescer.OnTick();
                    _leader = LeaderState.Busy;
                }

                return false;
            }
        }
    }

    /// <summary>How long until the next export is due. Zero: now.</summary>
    private TimeSpan TimeToExport()
    {
        if (IsDue())
        {
            _leader = LeaderState.Gathering;
            return _coalescer.Delay(_inFlight.Count);
        }

        _leader = LeaderState.Idle;
        TimeSpan untilSchedule = _scheduleDelay - _time.GetElapsedTime(_scheduleStarted);
        if (untilSchedule > TimeSpan.Zero)
            return untilSchedule;
        _scheduleStarted = _time.GetTimestamp();
        _requested = _queue.Tail;
        _round++;
        return IsDue() ? TimeSpan.Zero : _scheduleDelay;
    }

    private bool IsDue() => _queue.Head < _requested || _deferred.IsDue(_round);

    /// <summary>
    /// Takes what was asked for and no more: beyond the last request there may be the first spans of a job that is just ending. They would
    /// leave without its last one, which then had to wait until they are back.
    /// </summary>
    private void Fill(ExportBatch batch)
    {
        _deferred.Take(batch, _round);
        while (!batch.IsFull && _queue.Head < _requested && _queue.TryTake(out Activity span, out long position))
        {
            var trace = TraceSegment.Of(span);
            if (trace is { IsSuppressed: true })
                continue;
            SegmentDelivery? account = trace?.DeliveryOf(this);
            if (account is not null)
                account.Pending++;
            if (_deferred.MustWait(span))
                _deferred.Add(span, account, position);
            else
                batch.Add(span, account, position);
        }

        _thresholdReached = false;
        _flushes.Drain(_queue.Head, batch.Answered);
        if (batch.Count == 0)
            _flushes.Settle(batch, LowestUnsettled());
        else
            StartExport(batch);
        UpdateQueueCapacity();
    }

    /// <summary>A batch leaves. Another thread is made ready where the exporter takes more than one export at a time.</summary>
    private void StartExport(ExportBatch batch)
    {
        batch.Started = _time.GetTimestamp();
        _inFlight.Add(batch);
        Interlocked.Increment(ref _unreported);
        _deferred.Start(batch);
        _coalescer.OnExportStarted();
        if (--_idleThreads == 0 && _threads < _sender.MaxConcurrency)
            AddThread();
    }

    /// <summary>Writes the outcomes of an export to the accounts, and answers the flushes that waited for them.</summary>
    private (int Delivered, int Lost, int Abandoned) Settle(ExportBatch batch, TimeSpan duration)
    {
        int delivered = 0;
        int lost = 0;
        int abandoned = 0;
        int unconfirmed = 0;
        lock (_sync)
        {
            if (_closed)
            {
                abandoned = batch.Outcomes.Count(ExportOutcome.Retained);
                batch.Outcomes.Replace(ExportOutcome.Retained, ExportOutcome.Dropped);
            }

            for (int i = 0; i < batch.Count; i++)
            {
                ExportOutcome outcome = batch.Outcomes[i];
                delivered += outcome == ExportOutcome.Delivered ? 1 : 0;
                unconfirmed += outcome == ExportOutcome.Unconfirmed ? 1 : 0;
                lost += outcome is ExportOutcome.Delivered or ExportOutcome.Retained or ExportOutcome.Unconfirmed ? 0 : 1;
                batch.Account(i)?.Settle(outcome);
            }

            batch.Rejected = Math.Clamp(batch.Rejected, 0, unconfirmed);
            delivered += unconfirmed - batch.Rejected;
            lost += batch.Rejected;
            _inFlight.Remove(batch);
            _idleThreads++;
            _deferred.Finish(batch, _round);
            UpdateQueueCapacity();
            Health.Settle(delivered, lost, duration);
            long lowestUnsettled = LowestUnsettled();
            if (lowestUnsettled >= Volatile.Read(ref _refusedAt))
            {
                _refusedSettled = Health.Refused;
                _refusing = false;
            }

            _flushes.Settle(batch, lowestUnsettled);
            _coalescer.OnExportCompleted(batch.Answered.Count, duration);
            Monitor.Pulse(_sync);
        }

        return (delivered, lost - abandoned, abandoned);
    }

    private void Report(TimeSpan duration, int delivered, int lost, int abandoned)
    {
        Telemetry.RecordExport(duration, delivered > 0, ExporterName);
        if (lost > 0)
        {
            Telemetry.LoseSpans(lost, "export_failed", ExporterName);
            Log.ExportFailed(_log, ExporterName, lost);
        }

        if (abandoned > 0)
        {
            Telemetry.LoseSpans(abandoned, "shutdown", ExporterName);
            Log.ClosedWithSpansLeft(_log, ExporterName, abandoned);
        }
    }

    /// <summary>What is held, or may come back from an exporter that retains, keeps its place: the queue has that much less room.</summary>
    private void UpdateQueueCapacity()
    {
        int lent = _deferred.Count;
        for (int i = 0; _sender.CanRetain && i < _inFlight.Count; i++)
            lent += _inFlight[i].Count;
        _queue.Capacity = _maxQueueSize - lent;
    }

    private enum LeaderState
    {
        /// <summary>Taking or sending.</summary>
        Busy,

        /// <summary>Waiting for something to be due: any request wakes it.</summary>
        Idle,

        /// <summary>Holding an export back for a moment: the last of a burst wakes it.</summary>
        Gathering,
    }
}
