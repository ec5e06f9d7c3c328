using Microsoft.Extensions.Logging;

namespace WorkerTracing;

/// <summary>Sends the items of a batch: tries again what may pass, splits what is refused, and leaves an outcome for each span.</summary>
internal sealed class ItemSender(IngestClient client, AnnouncedTraces announced, FailureLog failures, ILogger log)
{
    /// <summary>Sends all items of the batch.</summary>
    /// <returns>False when the service could not take some now: those, and whatever would have followed, are to be retained.</returns>
    public bool Send(
        ItemBatch batch,
        Span<ExportOutcome> outcomes,
        OpenAIExporterOptions options,
        string key,
        CancellationToken cancellationToken) =>
        Send(new SendRequest(batch, options, key, cancellationToken), 0, batch.Count, outcomes);

    private bool Send(in SendRequest request, int first, int end, Span<ExportOutcome> outcomes)
    {
        IngestAnswer answer = Post(request, first, end);
        switch (answer.Verdict)
        {
            case IngestVerdict.Accepted:
                Settle(request.Batch, first, end, ExportOutcome.Delivered, outcomes);
                failures.Recover();
                return true;
            case IngestVerdict.Refused when end - first > 1:
                int middle = first + ((end - first) / 2);
                if (Send(request, first, middle, outcomes))
                    return Send(request, middle, end, outcomes);
                Retain(request.Batch, middle, end, outcomes);
                return false;
            case IngestVerdict.Refused:
                Drop(request.Batch[first], answer);
                Settle(request.Batch, first, end, ExportOutcome.Dropped, outcomes);
                return true;
            case IngestVerdict.Lost:
                failures.Lose(answer, end - first);
                Settle(request.Batch, first, end, ExportOutcome.Dropped, outcomes);
                return true;
            default:
                failures.Postpone(answer, request.Key, end - first);
                Retain(request.Batch, first, end, outcomes);
                return false;
        }
    }

    private IngestAnswer Post(in SendRequest request, int first, int end)
    {
        for (int retry = 0; ; retry++)
        {
            IngestAnswer answer = client.Post(request.Batch.Slice(first, end), request.Options, request.Key, request.Cancellation);
            if (!answer.IsWorthRetrying || retry == request.Options.MaxRetries || request.Cancellation.IsCancellationRequested)
                return answer;
            TimeSpan delay = RetryBackoff.Delay(request.Options, retry, answer.RetryAfter, Random.Shared.NextDouble());
            if (request.Cancellation.WaitHandle.WaitOne(delay))
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

    private readonly record struct SendRequest(ItemBatch Batch, OpenAIExporterOptions Options, string Key, CancellationToken Cancellation);
}
