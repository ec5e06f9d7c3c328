namespace WorkerTracing;

/// <summary>
/// Sends the items of a batch and sets an outcome for each of its spans: splits a request that the backend refuses for something in it, and
/// stops at the first failure that may pass. Safe for concurrent use.
/// </summary>
internal sealed class RequestSender(SendFailureLog failures, TimeProvider time)
{
    /// <summary>
    /// The most requests for one batch. One invalid span among 2,048 is found with 23; a backend that refuses everything must not get one
    /// request for each span.
    /// </summary>
    public const int MaxRequests = 32;

    private const double MaxWaitSeconds = 24.0 * 60 * 60 * 24;

    /// <summary>When the last answer that asked for a wait allows the next request, in ticks of the time provider.</summary>
    private long _notBefore = time.GetTimestamp();

    /// <summary>Gets how long the backend asks to wait. Zero where it does not ask.</summary>
    public TimeSpan RetryAfter
    {
        get
        {
            TimeSpan left = time.GetElapsedTime(time.GetTimestamp(), Volatile.Read(ref _notBefore));
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>Sends items.</summary>
    /// <param name="batch">The items.</param>
    /// <param name="count">How many of them are sent.</param>
    /// <param name="outcomes">One outcome for each span of the export.</param>
    /// <param name="progress">What the export has done. Spans that are undecided after <see cref="MaxRequests"/> are lost.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>False after a failure that may pass: the spans are retained, and nothing more is to be sent.</returns>
    public bool Send(
        ISendBatch batch, int count, Span<ExportOutcome> outcomes, ref SendProgress progress, CancellationToken cancellationToken) =>
        Send(batch, 0, count, outcomes, ref progress, cancellationToken);

    private bool Send(
        ISendBatch batch, int first, int end, Span<ExportOutcome> outcomes, ref SendProgress progress, CancellationToken cancellationToken)
    {
        progress.Requests++;
        SendAnswer answer = Attempt(batch, first, end, cancellationToken);
        progress.ErrorType = answer.ErrorType ?? progress.ErrorType;
        switch (answer.Verdict)
        {
            case SendVerdict.Accepted:
                batch.Settle(first, end, ExportOutcome.Delivered, outcomes);
                failures.Recover();
                if (answer.Description is not null)
                    failures.Warn(answer);
                return true;
            case SendVerdict.PartlyAccepted:
                SettlePart(batch, first, end, answer, outcomes, ref progress);
                return true;
            case SendVerdict.Split when end - first > 1 && progress.Requests < MaxRequests:
                int middle = first + ((end - first) / 2);
                if (!Send(batch, first, middle, outcomes, ref progress, cancellationToken))
                {
                    batch.Settle(middle, end, ExportOutcome.Retained, outcomes);
                    return false;
                }

                if (progress.Requests < MaxRequests)
                    return Send(batch, middle, end, outcomes, ref progress, cancellationToken);
                Lose(batch, middle, end, answer, outcomes);
                return true;
            case SendVerdict.Later:
                batch.Settle(first, end, ExportOutcome.Retained, outcomes);
                failures.Keep(answer, batch.CountSpans(first, end));
                Volatile.Write(ref _notBefore, time.GetTimestamp() + Ticks(answer.RetryAfter ?? TimeSpan.Zero));
                return false;
            default:
                if (answer.Verdict == SendVerdict.Split && end - first == 1 && batch.ReportRefused(first, answer))
                    batch.Settle(first, end, ExportOutcome.Dropped, outcomes);
                else
                    Lose(batch, first, end, answer, outcomes);
                return true;
        }
    }

    private static SendAnswer Attempt(ISendBatch batch, int first, int end, CancellationToken cancellationToken)
    {
        for (int retry = 0; ; retry++)
        {
            SendAnswer answer = batch.Send(first, end, cancellationToken);
            if (!answer.IsWorthRetrying
                || cancellationToken.IsCancellationRequested
                || batch.RetryDelay(retry, answer) is not { } delay
                || cancellationToken.WaitHandle.WaitOne(delay))
                return answer;
        }
    }

    private long Ticks(TimeSpan wait) => (long)(Math.Min(wait.TotalSeconds, MaxWaitSeconds) * time.TimestampFrequency);

    /// <summary>
    /// Settles a request of which the backend reports a part as rejected. If that is all of it, the spans are known to be lost.
    /// </summary>
    private void SettlePart(
        ISendBatch batch, int first, int end, in SendAnswer answer, Span<ExportOutcome> outcomes, ref SendProgress progress)
    {
        int spans = batch.CountSpans(first, end);
        if (answer.Rejected >= spans)
        {
            Lose(batch, first, end, answer, outcomes);
            return;
        }

        batch.Settle(first, end, ExportOutcome.Unconfirmed, outcomes);
        progress.Rejected += (int)answer.Rejected;
        failures.Lose(answer, (int)answer.Rejected);
    }

    private void Lose(ISendBatch batch, int first, int end, in SendAnswer answer, Span<ExportOutcome> outcomes)
    {
        batch.Settle(first, end, ExportOutcome.Dropped, outcomes);
        failures.Lose(answer, batch.CountSpans(first, end));
    }
}
