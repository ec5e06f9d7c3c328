using Microsoft.Extensions.Logging;

namespace WorkerTracing;

/// <summary>The items of one export, sent as one key. A trace's item is sent ahead of its spans and has no outcome of its own.</summary>
internal sealed class IngestBatch(
    ItemBatch items,
    OpenAIExporterOptions options,
    string key,
    IngestClient client,
    AnnouncedTraces announced,
    IngestFailureLog failures,
    ILogger log) : ISendBatch
{
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
        SendAnswer answer = client.Post(items.Slice(first, end), options, key, cancellationToken);
        if (answer.Verdict == SendVerdict.Later && IngestAnswer.IsKeyRefused(answer))
            failures.RefuseKey(key, answer.Status);
        return answer;
    }

    public TimeSpan? RetryDelay(int retry, in SendAnswer answer) =>
        retry < options.MaxRetries ? RetryBackoff.Delay(options, retry, answer.RetryAfter, Random.Shared.NextDouble()) : null;

    public void Settle(int first, int end, ExportOutcome outcome, Span<ExportOutcome> outcomes)
    {
        for (int i = first; i < end; i++)
        {
            WireItem item = items[i];
            if (item.IsSpan)
                outcomes[item.Position] = outcome;
            else if (item.IsTrace && outcome != ExportOutcome.Retained) // one that was refused is not offered again with every batch
                announced.Add(item.Span.TraceId, item.Statement);
        }

        if (outcome == ExportOutcome.Dropped)
            ExporterMetrics.Drop(CountSpans(first, end), "refused");
    }

    public bool ReportRefused(int index, in SendAnswer answer)
    {
        WireItem item = items[index];
        string traceId = item.Span.TraceId.ToHexString();
        if (item.IsTrace)
            Log.TraceRefused(log, answer.Status, traceId);
        else if (item.IsSpan)
            Log.SpanRefused(log, answer.Status, item.Span.DisplayName, traceId, item.Span.SpanId.ToHexString());
        return true;
    }
}
