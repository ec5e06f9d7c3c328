using System.Diagnostics;

namespace WorkerTracing;

/// <summary>
/// The spans that have ended and have no final outcome yet: queued, deferred, isolated and in flight. The pipeline's lock guards all but
/// the queue's adding side.
/// </summary>
internal sealed class PendingSpans(
    ExportPipeline pipeline, SpanSender sender, RecordBacklog? backlog, int maxQueueSize, object sync, TimeProvider time)
{
    private readonly DeferredSpans _deferred = new(sender.MaxConcurrency, sender.SeparatesTraces);
    private readonly IsolatedSpans _isolated = new(time);

    /// <summary>Gets the queue, to which every thread adds without the lock.</summary>
    public SpanQueue Queue { get; } = new(maxQueueSize, isRecorded: backlog is not null);

    /// <summary>Gets the exports that have begun and not ended.</summary>
    public ExportsInFlight InFlight { get; } = new();

    /// <summary>Gets the number of spans that wait for an export. A hint without the lock.</summary>
    public int Waiting => Queue.Count + _deferred.Count + _isolated.Count;

    /// <summary>Gets the number of spans that have no final outcome yet.</summary>
    public int Pending
    {
        get
        {
            Debug.Assert(Monitor.IsEntered(sync));
            return Waiting + InFlight.Spans;
        }
    }

    /// <summary>Gets the number of spans that were passed to the exporter and have no final outcome yet. Looks at the deferred ones.</summary>
    public int Passed => InFlight.Spans + _deferred.Retained + _isolated.Count;

    public IsolatedSpans Isolated => _isolated;

    /// <summary>Gets whether records of the flight recorder are in flight, or leave as soon as the exporter takes spans.</summary>
    public bool HasMovingRecords => backlog is { IsMoving: true };

    /// <summary>Gets the lowest position without a final outcome.</summary>
    public long LowestUnsettled => Math.Min(LowestMoving, _isolated.FirstPosition);

    /// <summary>Gets the lowest position of a span that is in flight, or leaves as soon as the exporter takes spans.</summary>
    public long LowestMoving
    {
        get
        {
            Debug.Assert(Monitor.IsEntered(sync));
            long lowest = Math.Min(Math.Min(Queue.Head, _deferred.FirstPosition), _isolated.FirstMovingPosition);
            return Math.Min(lowest, InFlight.FirstPosition);
        }
    }

    /// <summary>Returns how long until spans may be taken, if the exporter takes them. Infinite where there are none.</summary>
    public TimeSpan UntilDue(long requested)
    {
        Debug.Assert(Monitor.IsEntered(sync));
        if (Queue.Head < requested || _deferred.IsDue || (IsNothingElseLeft && _isolated.HasWaiting))
            return TimeSpan.Zero;
        return _isolated.Count == 0 ? Timeout.InfiniteTimeSpan : _isolated.UntilDue();
    }

    /// <summary>
    /// Takes what was asked for and no more: beyond the last request there may be the first spans of a job that is just ending. They would
    /// leave without its last one, which then had to wait until they are back.
    /// </summary>
    public void Take(ExportBatch batch, long requested, ExportRetry retry)
    {
        Debug.Assert(Monitor.IsEntered(sync));
        if (retry.IsSearching)
        {
            _deferred.TakeSuspects(batch, retry.Group, retry.Limit);
            batch.HoldsSuspects = batch.Count > 0; // the thread may take other spans next, which have not failed
            if (batch.Count == 0)
                retry.OnSuspectsFound();
            return;
        }

        if (_isolated.Count > 0 && _isolated.TakeDue() is { } due)
        {
            AddAlone(batch, due);
            return;
        }

        _deferred.Take(batch);
        TakeQueued(batch, requested);
        if (batch.Count == 0 && IsNothingElseLeft && _isolated.TakeWaiting() is { } last)
            AddAlone(batch, last);

        // Spans in the batch are in none of the lists until the export begins. An update now would offer their places to other threads.
        if (batch.Count == 0)
            UpdateQueueCapacity();
    }

    /// <summary>An export begins.</summary>
    public void OnStarted(ExportBatch batch)
    {
        InFlight.Add(batch);
        _deferred.OnStarted(batch);
        UpdateQueueCapacity();
    }

    /// <summary>
    /// An export has ended: keeps the spans that it retained. A span that has failed alone too often is dropped instead.
    /// </summary>
    public void OnCompleted(ExportBatch batch, ExportRetry retry, TimeSpan retryAfter)
    {
        Debug.Assert(Monitor.IsEntered(sync));
        InFlight.Remove(batch);
        if (batch.IsReadBack)
        {
            backlog!.OnCompleted(batch, retry, retryAfter);
            return;
        }

        _deferred.OnCompleted(batch);
        int retained = batch.Outcomes.Count(ExportOutcome.Retained);
        bool hasDelivered = batch.Outcomes.Contains(ExportOutcome.Delivered) || batch.Outcomes.Contains(ExportOutcome.Unconfirmed);
        if (hasDelivered)
            _isolated.OnDelivered();
        if (retained == 0)
        {
            retry.OnSettled(batch.HoldsSuspects ? batch.Count : 0, batch.Started);
        }
        else if (batch.Isolated is not null || batch is { HoldsSuspects: true, Count: 1 })
        {
            KeepApart(batch, retry, retryAfter);
        }
        else
        {
            retry.OnRetained(retained, hasDelivered, batch.Started, retryAfter);
            _deferred.AddRetained(batch, retry.Group);
        }

        UpdateQueueCapacity();
    }

    /// <summary>Returns true if a span is queued, deferred or in flight. Looks at all of them.</summary>
    public bool Contains(Activity span)
    {
        Debug.Assert(Monitor.IsEntered(sync));
        return Queue.Contains(span) || _deferred.Contains(span) || _isolated.Contains(span) || InFlight.Contains(span);
    }

    /// <summary>
    /// Spans that are deferred, or may be retained by an export in flight, keep their places: the queue has that much less room.
    /// </summary>
    private void UpdateQueueCapacity()
    {
        int retained = _deferred.Count + _isolated.Count;
        int retainable = sender.CanRetain ? InFlight.Spans : 0;
        Queue.Capacity = maxQueueSize - retained - retainable;
    }

    /// <summary>Writes the lowest pending position to each trace that a flush waits for and that has spans deferred.</summary>
    public void FindFirstDeferred() => _deferred.FindFirstPending();

    /// <summary>Returns the traces of the deferred spans, some of them more than once.</summary>
    public IEnumerable<SegmentDelivery> Deferred() => _deferred.Deliveries();

    /// <summary>
    /// Drops everything that is not in flight. Spans with a record are Retained in the returned batch: they are left to the recorder.
    /// </summary>
    public ExportBatch Drop()
    {
        Debug.Assert(Monitor.IsEntered(sync));
        DeferredSpan[] kept = [.. _deferred.Clear(), .. _isolated.Clear()];
        Array.Sort(kept, static (a, b) => a.Position.CompareTo(b.Position));
        var left = new ExportBatch(kept.Length + Queue.Count);
        foreach (DeferredSpan span in kept)
            left.Add(span);
        TakeQueued(left, long.MaxValue, mayLeave: false);
        backlog?.Close();
        for (int i = 0; i < left.Count; i++)
        {
            if (left.Record(i).IsRecorded)
                left.Outcomes[i] = ExportOutcome.Retained;
            else
                left.Delivery(i)?.Settle(ExportOutcome.Dropped);
        }

        return left;
    }

    private bool IsNothingElseLeft => InFlight.Count == 0 && _deferred.Count == 0 && !HasMovingRecords;

    private void TakeQueued(ExportBatch batch, long requested, bool mayLeave = true)
    {
        KnownSegment known = default;
        while (!batch.IsFull && Queue.Head < requested && Queue.TryTake(out Activity span, out QueuedRecord record, out long position))
        {
            if (!TryFindDelivery(span, record, ref known, out SegmentDelivery? delivery))
                continue;
            if (delivery is not null)
                delivery.Pending++;
            if (mayLeave && _deferred.MustWait(span))
                _deferred.Add(span, delivery, position, record.Handle);
            else
                batch.AddNew(span, delivery, position, record.Handle);
        }
    }

    /// <returns>False for a span of a suppressed trace. With a recorder those are not queued, and the counts are known.</returns>
    private bool TryFindDelivery(Activity span, in QueuedRecord record, ref KnownSegment known, out SegmentDelivery? delivery)
    {
        delivery = record.Delivery;
        if (backlog is not null)
            return true;
        var trace = TraceSegment.Of(span, ref known);
        delivery = trace is { IsSuppressed: false } ? trace.DeliveryOf(pipeline) : null;
        return trace is not { IsSuppressed: true };
    }

    /// <summary>Keeps a span that failed in an export of its own.</summary>
    private void KeepApart(ExportBatch batch, ExportRetry retry, TimeSpan retryAfter)
    {
        IsolatedSpan span = batch.Isolated
            ?? new IsolatedSpan(batch.Spans[0], batch.Delivery(0), batch.Position(0), Failures: 0, RetryAt: null)
            {
                Record = batch.Record(0),
            };
        bool isAtFault = batch.Isolated is null ? retry.HasDelivered : span.RetryAt is not null;
        if (!isAtFault)
        {
            retry.OnRetained(1, hasDelivered: false, batch.Started, retryAfter);
            retry.OnSuspectsFound();
        }
        else if (batch.HoldsSuspects)
        {
            retry.OnFaultFound();
        }

        if (!_isolated.TryAdd(span, isAtFault))
            batch.Outcomes[0] = ExportOutcome.Dropped;
    }

    private static void AddAlone(ExportBatch batch, IsolatedSpan span)
    {
        batch.Isolated = span;
        batch.Add(span.Span, span.Delivery, span.Position, span.Record);
    }
}
