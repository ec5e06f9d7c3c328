using System.Diagnostics;

namespace WorkerTracing;

/// <summary>The spans of one export on their way to the backend. Reused from export to export; not safe for concurrent use.</summary>
internal sealed class OtlpSendBatch(OtlpBatch spans, OtlpClient client) : ISendBatch, IDisposable
{
    private readonly OtlpRequest _request = spans.CreateRequest();
    private readonly ScopeOrder _order = new();

    public int Count => spans.Count;

    /// <summary>How many bytes a request with all spans has at the most.</summary>
    public int RequestBytes => spans.RequestBytes;

    /// <summary>Returns the positions of spans in the order in which they are best added.</summary>
    public ReadOnlySpan<int> Order(ReadOnlySpan<Activity> batch) => _order.Of(batch);

    public void Add(Activity span, int position) => spans.Add(span, position);

    /// <summary>Removes the spans but the last <paramref name="count"/>.</summary>
    public void KeepLast(int count) => spans.RemoveBefore(spans.Count - count);

    public void Clear() => spans.Clear();

    public int CountSpans(int first, int end) => end - first;

    public SendAnswer Send(int first, int end, CancellationToken cancellationToken)
    {
        _request.Begin();
        spans.WriteRequest(first, end, _request);
        return client.Send(_request, end - first, cancellationToken);
    }

    public TimeSpan? RetryDelay(int retry, in SendAnswer answer) => null;

    public void Settle(int first, int end, ExportOutcome outcome, Span<ExportOutcome> outcomes)
    {
        for (int i = first; i < end; i++)
            outcomes[spans.Position(i)] = outcome;
    }

    public bool ReportRefused(int index, in SendAnswer answer) => false;

    public void Dispose()
    {
        spans.Dispose();
        _request.Dispose();
    }
}
