using System.Diagnostics;

namespace WorkerTracing;

/// <summary>
/// The flushes that wait for an answer. The pipeline's lock guards it.
/// </summary>
/// <remarks>
/// A flush of a trace waits first until the queue is taken up to its position, so that the counts of its trace include every span, and
/// then until none of them is pending. That costs the same however many others wait, and a span of its trace that ended after the call
/// does not hold it up. A flush of everything counts along with each export.
/// </remarks>
internal sealed class WaitingFlushes(PendingSpans spans, object sync, TimeProvider time)
{
    private readonly LinkedList<FlushRequest> _undrained = [];
    private readonly LinkedList<FlushRequest> _ofEverything = [];

    /// <summary>Gets whether no flush waits for the queue to be taken, or for everything.</summary>
    public bool IsEmpty => _undrained.Count == 0 && _ofEverything.Count == 0;

    /// <summary>Returns the answer that is known without waiting; null where an export decides.</summary>
    public FlushStatus? KnownAnswer(FlushRequest request)
    {
        Debug.Assert(Monitor.IsEntered(sync));
        if (spans.Queue.Head != request.Target)
            return null;
        bool isSettled = request.Delivery is { } trace ? trace.Pending == 0 : spans.LowestUnsettled >= request.Target;
        bool isPostponed = request.Delivery is { } own ? own.Pending == own.Postponed : spans.LowestMoving >= request.Target;
        if (request.WaitsForRecords && spans.HasMovingRecords)
            return null;
        return isSettled ? FlushStatus.Delivered : isPostponed ? FlushStatus.TimedOut : null;
    }

    /// <summary>Adds a request that has no answer yet.</summary>
    /// <param name="request">The request.</param>
    /// <param name="head">The position up to which the queue is taken.</param>
    public void Add(FlushRequest request, long head)
    {
        Debug.Assert(Monitor.IsEntered(sync));
        if (request.Delivery is null)
            request.Place = _ofEverything.AddLast(request);
        else if (head < request.Target)
            request.Place = _undrained.AddLast(request);
        else
            WaitForPending(request, request.Delivery);
    }

    /// <summary>Removes a request that has its answer.</summary>
    public void Remove(FlushRequest request)
    {
        Debug.Assert(Monitor.IsEntered(sync));
        if (request.Place is { List: { } list } place)
            list.Remove(place);
        request.Place = null;
    }

    /// <summary>Returns the requests that are answered last: all that wait, for what is queued and for what is in flight.</summary>
    public FlushRequest[] All()
    {
        Debug.Assert(Monitor.IsEntered(sync));
        var all = new HashSet<FlushRequest>([.. _undrained, .. _ofEverything]);
        foreach (ExportBatch batch in spans.InFlight)
        {
            for (int i = 0; i < batch.Count; i++)
            {
                for (FlushRequest? request = batch.Delivery(i)?.Waiting; request is not null; request = request.Next)
                    all.Add(request);
            }
        }

        return [.. all];
    }

    /// <summary>The queue has been taken up to <paramref name="head"/>.</summary>
    public void OnTaken(long head, List<FlushRequest> answered)
    {
        Debug.Assert(Monitor.IsEntered(sync));
        while (_undrained.First is { Value: { Delivery: { } delivery } request } && request.Target <= head)
        {
            Remove(request);
            if (delivery.Pending > delivery.Postponed)
                WaitForPending(request, delivery);
            else
                Answer(request, delivery.Pending == 0 ? FlushStatus.Delivered : FlushStatus.TimedOut, time.GetTimestamp(), answered);
        }
    }

    /// <summary>An export has ended, and its outcomes are on the counts of its traces.</summary>
    /// <param name="batch">The export, or the dropped spans of a shutdown.</param>
    /// <param name="isPaused">Whether nothing is sent for a while, so that only spans in flight can still arrive.</param>
    public void OnCompleted(ExportBatch batch, bool isPaused)
    {
        Debug.Assert(Monitor.IsEntered(sync));
        long now = time.GetTimestamp();
        bool isSplit = false;
        for (int i = 0; i < batch.Count; i++)
        {
            if (batch.Delivery(i) is not { Waiting: not null } delivery)
                continue;
            if (delivery.Pending == 0)
                AnswerWaiting(delivery, long.MaxValue, FlushStatus.Delivered, now, batch.Answered);
            else
                (isSplit, delivery.FirstPending) = (true, long.MaxValue);
        }

        if (isSplit)
            AnswerSplit(batch, isPaused, now);
        long lowestUnsettled = spans.LowestUnsettled;
        long lowestMoving = spans.LowestMoving;
        LinkedListNode<FlushRequest>? next;
        for (LinkedListNode<FlushRequest>? at = _ofEverything.First; at is not null; at = next)
        {
            next = at.Next;
            CountOfEverything(at.Value, batch, lowestUnsettled, lowestMoving, now);
        }
    }

    /// <summary>Nothing is sent for a while: answers every flush that waits for a span that is not in flight.</summary>
    public void OnPaused(List<FlushRequest> answered)
    {
        Debug.Assert(Monitor.IsEntered(sync));
        long now = time.GetTimestamp();
        while (_undrained.First is { Value: var request })
            Answer(request, FlushStatus.TimedOut, now, answered);
        while (_ofEverything.First is { Value: var request })
            Answer(request, FlushStatus.TimedOut, now, answered);

        foreach (SegmentDelivery delivery in spans.Deferred())
            delivery.FirstPending = long.MaxValue;
        spans.InFlight.FindFirstPending();
        foreach (SegmentDelivery delivery in spans.Deferred())
        {
            if (delivery is { Waiting: not null, FirstPending: long.MaxValue })
                AnswerWaiting(delivery, long.MaxValue, FlushStatus.TimedOut, now, answered);
        }
    }

    /// <summary>
    /// Answers the flushes of traces that have pending spans left: those that wait for none of these, and those that wait in vain.
    /// </summary>
    private void AnswerSplit(ExportBatch batch, bool isPaused, long now)
    {
        spans.InFlight.FindFirstPending();
        for (int i = 0; isPaused && i < batch.Count; i++)
        {
            if (batch.Delivery(i) is { Waiting: not null, FirstPending: long.MaxValue } stopped)
                AnswerWaiting(stopped, long.MaxValue, FlushStatus.TimedOut, now, batch.Answered);
        }

        spans.FindFirstDeferred();
        for (int i = 0; i < batch.Count; i++)
        {
            if (batch.Delivery(i) is not { Waiting: not null, FirstPending: > 0 } delivery)
                continue;
            AnswerWaiting(delivery, delivery.FirstPending, FlushStatus.Delivered, now, batch.Answered);
            if (delivery.Pending == delivery.Postponed)
                AnswerWaiting(delivery, long.MaxValue, FlushStatus.TimedOut, now, batch.Answered);
            delivery.FirstPending = 0; // once for each trace: the batch may hold thousands of its spans
        }

        for (int i = 0; i < batch.Count; i++)
        {
            if (batch.Outcomes[i] == ExportOutcome.Retained && batch.Delivery(i) is { Waiting: not null } delivery)
                AnswerWaiting(delivery, long.MaxValue, FlushStatus.TimedOut, now, batch.Answered);
        }
    }

    private static void WaitForPending(FlushRequest request, SegmentDelivery delivery)
    {
        request.Next = delivery.Waiting;
        delivery.Waiting = request;
    }

    /// <summary>Answers those that wait for a trace, and for nothing at <paramref name="limit"/> or beyond.</summary>
    private void AnswerWaiting(SegmentDelivery delivery, long limit, FlushStatus status, long now, List<FlushRequest> answered)
    {
        FlushRequest? request = delivery.Waiting;
        delivery.Waiting = null;
        while (request is not null)
        {
            FlushRequest? next = request.Next;
            if (request.Target <= limit)
                Answer(request, status, now, answered);
            else
                WaitForPending(request, delivery);
            request = next;
        }
    }

    private void Answer(FlushRequest request, FlushStatus status, long now, List<FlushRequest> answered)
    {
        Remove(request);
        if (request.IsAnswered)
            return;
        request.SetAnswer(status, now);
        answered.Add(request);
    }

    private void CountOfEverything(FlushRequest request, ExportBatch batch, long lowestUnsettled, long lowestMoving, long now)
    {
        int below = batch.CountBelow(request.Target);
        var counts = ExportCounts.Of(batch.Outcomes[..below], batch.Details.Rejected, abandoned: 0);
        request.Exported += counts.Arrived;
        request.Unconfirmed += counts.Unconfirmed;
        request.Lost += counts.Lost;
        bool waitsForRecords = request.WaitsForRecords && spans.HasMovingRecords;
        bool isBeforeLast = request.IsLast && batch.Started < request.Started; // not the one attempt of a shutdown
        if (lowestUnsettled >= request.Target && !waitsForRecords)
            Answer(request, FlushStatus.Delivered, now, batch.Answered);
        else if ((counts.Retained > 0 && !isBeforeLast) || (lowestMoving >= request.Target && !waitsForRecords))
            Answer(request, FlushStatus.TimedOut, now, batch.Answered);
    }
}
