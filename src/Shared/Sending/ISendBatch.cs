namespace WorkerTracing;

/// <summary>Items in the form of one protocol, of which any range makes a request. An item is a span, or belongs to one.</summary>
internal interface ISendBatch
{
    int Count { get; }

    /// <summary>Counts the spans among the items from <paramref name="first"/> up to <paramref name="end"/>, exclusive.</summary>
    int CountSpans(int first, int end);

    /// <summary>Makes one attempt to send items. Never throws: a failure is an answer.</summary>
    SendAnswer Send(int first, int end, CancellationToken cancellationToken);

    /// <summary>Returns how long to wait before the next attempt, or null where the processor retries.</summary>
    TimeSpan? RetryDelay(int retry, in SendAnswer answer);

    /// <summary>Sets the outcome of the spans among the items.</summary>
    void Settle(int first, int end, ExportOutcome outcome, Span<ExportOutcome> outcomes);

    /// <summary>Reports the item that the backend refused, after the request was split down to it.</summary>
    /// <returns>False if the refusal is reported like any other loss.</returns>
    bool ReportRefused(int index, in SendAnswer answer);
}
