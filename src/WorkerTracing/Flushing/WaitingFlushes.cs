namespace WorkerTracing;

/// <summary>
/// The flushes that wait for a verdict. One that answers for a trace first waits until the queue is taken up to its position, so that its
/// account knows every span, and then for
/// the account to have none pending; that costs the same however many others wait. What of its trace ended after the call does not hold it
/// up. One that answers for everything counts along with each export.
/// Guarded by the pipeline's lock.
/// </summary>
internal sealed class WaitingFlushes(DeferredSpans held, List<ExportBatch> inFlight, TimeProvider time)
{
    private readonly LinkedList<FlushRequest> _undrained = [];
    private readonly LinkedList<FlushRequest> _forAll = [];

    public IEnumerable<FlushRequest> All => _undrained.Concat(_forAll);

    /// <summary>Those that wait for the traces of an export.</summary>
    public static IEnumerable<FlushRequest> On(ExportBatch batch)
    {
        for (int i = 0; i < batch.Count; i++)
        {
            for (FlushRequest? request = batch.Account(i)?.Waiting; request is not null; request = request.Next)
                yield return request;
        }
    }

    /// <param name="request">The request to wait with.</param>
    /// <param name="head">The position up to which the queue is taken.</param>
    public void Add(FlushRequest request, long head)
    {
        if (request.Account is null)
            request.Place = _forAll.AddLast(request);
        else if (head < request.Target)
            request.Place = _undrained.AddLast(request);
        else
            WaitForAccount(request, request.Account);
    }

    public static void Remove(FlushRequest request)
    {
        if (request.Place is { List: { } list } place)
            list.Remove(place);
        request.Place = null;
    }

    /// <summary>The queue has been taken up to <paramref name="head"/>.</summary>
    public void Drain(long head, List<FlushRequest> answered)
    {
        while (_undrained.First is { Value: var request } && request.Target <= head)
        {
            Remove(request);
            if (request.Account!.Pending > 0)
                WaitForAccount(request, request.Account);
            else
                Answer(request, FlushStatus.Delivered, time.GetTimestamp(), answered);
        }
    }

    /// <summary>An export has ended, and its outcomes are on the accounts.</summary>
    /// <param name="batch">The export.</param>
    /// <param name="lowestUnsettled">The lowest position that has no final outcome yet.</param>
    public void Settle(ExportBatch batch, long lowestUnsettled)
    {
        long now = time.GetTimestamp();
        bool isSplit = false;
        for (int i = 0; i < batch.Count; i++)
        {
            if (batch.Account(i) is not { Waiting: not null } account)
                continue;
            if (account.Pending == 0)
                AnswerAccount(account, long.MaxValue, FlushStatus.Delivered, now, batch.Answered);
            else
                (isSplit, account.FirstPending) = (true, long.MaxValue);
        }

        if (isSplit)
            AnswerSplit(batch, now);

        LinkedListNode<FlushRequest>? next;
        for (LinkedListNode<FlushRequest>? at = _forAll.First; at is not null; at = next)
        {
            next = at.Next;
            CountForAll(at.Value, batch, lowestUnsettled, now);
        }
    }

    /// <summary>
    /// Answers the flushes of traces that have pending spans left, but none that ended before the flush was asked for.
    /// </summary>
    private void AnswerSplit(ExportBatch batch, long now)
    {
        held.FindFirstPending();
        foreach (ExportBatch other in inFlight)
            other.FindFirstPending();
        for (int i = 0; i < batch.Count; i++)
        {
            if (batch.Account(i) is not { Waiting: not null, FirstPending: > 0 } account)
                continue;
            AnswerAccount(account, account.FirstPending, FlushStatus.Delivered, now, batch.Answered);
            account.FirstPending = 0; // once for each trace: the batch may hold thousands of its spans
        }

        for (int i = 0; i < batch.Count; i++)
        {
            if (batch.Outcomes[i] == ExportOutcome.Retained && batch.Account(i) is { Waiting: not null } account)
                AnswerAccount(account, long.MaxValue, FlushStatus.TimedOut, now, batch.Answered);
        }
    }

    private static void WaitForAccount(FlushRequest request, SegmentDelivery account)
    {
        request.Next = account.Waiting;
        account.Waiting = request;
    }

    /// <summary>Answers those that wait for an account and for nothing at <paramref name="limit"/> or beyond.</summary>
    private static void AnswerAccount(SegmentDelivery account, long limit, FlushStatus status, long now, List<FlushRequest> answered)
    {
        FlushRequest? request = account.Waiting;
        account.Waiting = null;
        while (request is not null)
        {
            FlushRequest? next = request.Next;
            if (request.Target <= limit)
                Answer(request, status, now, answered);
            else
                WaitForAccount(request, account);
            request = next;
        }
    }

    private static void Answer(FlushRequest request, FlushStatus status, long now, List<FlushRequest> answered)
    {
        Remove(request);
        if (request.IsAnswered)
            return;
        request.Settle(status, now);
        answered.Add(request);
    }

    private static void CountForAll(FlushRequest request, ExportBatch batch, long lowestUnsettled, long now)
    {
        bool retained = false;
        int unconfirmed = 0;
        foreach (ExportOutcome outcome in batch.Outcomes[..batch.CountBelow(request.Target)])
        {
            if (outcome == ExportOutcome.Delivered)
                request.Exported++;
            else if (outcome == ExportOutcome.Unconfirmed)
                unconfirmed++;
            else if (outcome == ExportOutcome.Retained)
                retained = true;
            else
                request.Lost++;
        }

        int rejected = Math.Min(batch.Rejected, unconfirmed);
        request.Lost += rejected;
        request.Exported += unconfirmed - rejected;
        request.Unconfirmed += unconfirmed;
        if (lowestUnsettled >= request.Target)
            Answer(request, FlushStatus.Delivered, now, batch.Answered);
        else if (retained)
            Answer(request, FlushStatus.TimedOut, now, batch.Answered);
    }
}
