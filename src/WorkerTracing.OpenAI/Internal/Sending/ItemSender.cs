using Microsoft.Extensions.Logging;

namespace WorkerTracing;

/// <summary>Sends the items of a batch: tries again what may pass, splits what is refused, and leaves an outcome for each span.</summary>
internal sealed class ItemSender(IngestClient client, AnnouncedTraces announced, FailureLog failures, ILogger log)
{
    /// <summary>Sends all items of the batch.</summary>
    /// <returns>False when the service could not take some now: those, and whatever would have followed, are to be retained.</returns>
    public bool Send(ItemBatch batch, Span<ExportOutcome> outcomes, OpenAIExporterOptions options, string key, CancellationToken cancellationToken) =>
        Send(new Attempt(batch, options, key, cancellationToken), 0, batch.Count, outcomes);

    private bool Send(in Attempt attempt, int first, int end, Span<ExportOutcome> outcomes)
    {
        IngestAnswer answer = Post(attempt, first, end);
        switch (answer.Verdict)
        {
            case IngestVerdict.Accepted:
                Settle(attempt.Batch, first, end, ExportOutcome.Delivered, outcomes);
                failures.Recover();
                return true;
            case IngestVerdict.Refused when end - first > 1:
                int middle = first + ((end - first) / 2);
                if (Send(attempt, first, middle, outcomes))
                    return Send(attempt, middle, end, outcomes);
                Retain(attempt.Batch, middle, end, outcomes);
                return false;
            case IngestVerdict.Refused:
                Drop(attempt.Batch[first], answer);
                Settle(attempt.Batch, first, end, ExportOutcome.Dropped, outcomes);
                return true;
            case IngestVerdict.Lost:
                failures.Lose(answer, end - first);
                Settle(attempt.Batch, first, end, ExportOutcome.Dropped, outcomes);
                return true;
            default:
                failures.Postpone(answer, attempt.Key, end - first);
                Retain(attempt.Batch, first, end, outcomes);
                return false;
        }
    }

    private IngestAnswer Post(in Attempt attempt, int first, int end)
    {
        for (int retry = 0; ; retry++)
        {
            IngestAnswer answer = client.Post(attempt.Batch.Slice(first, end), attempt.Options, attempt.Key, attempt.Cancellation);
            if (!answer.IsWorthRetrying || retry == attempt.Options.MaxRetries || attempt.Cancellation.IsCancellationRequested)
                return answer;
            TimeSpan delay = RetryBackoff.Delay(attempt.Options, retry, answer.RetryAfter, Random.Shared.NextDouble());
            if (attempt.Cancellation.WaitHandle.WaitOne(delay))
                return answer;
        }
    }

    private void Settle(ItemBatch batch, int first, int end, ExportOutcome outcome, Span<ExportOutcome> outcomes)
    {
        for (int i = first; i < end; i++)
        {
            WireItem item = batch[i];
            if (item.IsTrace)
                announced.Add(item.Span.TraceId, item.Statement);
            else
                outcomes[item.Position] = outcome;
        }
        if (outcome == ExportOutcome.Dropped)
            ExporterMetrics.Drop(CountSpans(batch, first, end), "refused");
    }

    private static void Retain(ItemBatch batch, int first, int end, Span<ExportOutcome> outcomes)
    {
        for (int i = first; i < end; i++)
        {
            if (!batch[i].IsTrace)
                outcomes[batch[i].Position] = ExportOutcome.Retained;
        }
    }

    private void Drop(in WireItem item, IngestAnswer answer)
    {
        if (item.IsTrace)
            Log.TraceRefused(log, answer.Status, item.Span.TraceId.ToHexString());
        else
            Log.SpanRefused(log, answer.Status, item.Span.DisplayName, item.Span.TraceId.ToHexString(), item.Span.SpanId.ToHexString());
    }

    private static int CountSpans(ItemBatch batch, int first, int end)
    {
        int count = 0;
        for (int i = first; i < end; i++)
            count += batch[i].IsTrace ? 0 : 1;
        return count;
    }

    private readonly record struct Attempt(ItemBatch Batch, OpenAIExporterOptions Options, string Key, CancellationToken Cancellation);
}
