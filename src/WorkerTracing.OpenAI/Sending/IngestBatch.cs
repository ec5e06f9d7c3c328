using Microsoft.Extensions.Logging;

namespace WorkerTracing;

/// <summary>
/// The items of one export, sent with the same credentials. A trace's item is sent ahead of its spans and has no outcome of its own.
/// </summary>
internal sealed class IngestBatch(
    ItemBatch items,
    OpenAIExporterOptions options,
    OpenAICredentials credentials,
    KeyState key,
    IngestClient client,
    ILogger log) : ISendBatch
{
    /// <summary>Gets whether a failed request is retried within the export, where the next key's spans do not wait for it.</summary>
    public bool AllowsRetries { get; init; } = true;

    public int Count => items.Count;

    public int CountSpans(int first, int end)
    {
        int count = 0;
        for (int i = first; i < end; i++)
            count += items[i].IsSpan ? 1 : 0;
        return count;
    }

    public SendAnswer Send(int first, int end, CancellationToken cancellationToken)
    {
        SendAnswer answer = client.Post(items.Slice(first, end), options, credentials, cancellationToken);
        if (IngestAnswer.IsContentForbidden(answer))
        {
            if (!key.IsContentForbidden)
                key.Failures.ForbidContent();
            key.IsContentForbidden = true;
        }
        else if (answer.Verdict == SendVerdict.Later && IngestAnswer.IsKeyRefused(answer))
        {
            key.Failures.RefuseKey(answer.Status);
        }

        return answer;
    }

    public TimeSpan? RetryDelay(int retry, in SendAnswer answer) =>
        AllowsRetries && retry < options.MaxRetries && key.Retries.TryTake(options.MaxRetries)
            ? RetryBackoff.Delay(options, retry, answer.RetryAfter, Random.Shared.NextDouble())
            : null;

    public void Settle(int first, int end, ExportOutcome outcome, Span<ExportOutcome> outcomes)
    {
        for (int i = first; i < end; i++)
        {
            WireItem item = items[i];
            if (item.IsSpan)
                outcomes[item.Position] = outcome;
            else if (item.IsTrace && outcome != ExportOutcome.Retained) // one that was refused is not offered again with every batch
                key.Announced.Add(item.TraceId, item.Statement);
        }

        if (outcome == ExportOutcome.Delivered)
            key.Retries.Earn();
        if (outcome == ExportOutcome.Dropped)
            ExporterMetrics.Drop(CountSpans(first, end), "refused");
    }

    public bool ReportRefused(int index, in SendAnswer answer)
    {
        WireItem item = items[index];
        string traceId = item.TraceId.ToHexString();
        if (item.IsTrace)
            Log.TraceRefused(log, answer.Status, traceId);
        else if (item.IsSpan)
            Log.SpanRefused(log, answer.Status, item.Name, traceId, item.SpanId.ToHexString());
        return true;
    }
}
