namespace WorkerTracing;

/// <summary>
/// Flushes every live <see cref="BatchTraceProcessor"/> of the process, for code without access to an <see cref="ITraceFlusher"/>.
/// </summary>
public static class WorkerTraces
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Starts an export in every processor and waits for the results without blocking a thread. Call it after the trace has ended.
    /// </summary>
    /// <param name="timeout">The longest wait, at most 24 days; zero does not wait. Null: 5 seconds.</param>
    /// <param name="ct">Ends the wait, not the exports.</param>
    /// <returns>
    /// The worst status and the sums of the counts. <see cref="FlushStatus.Unconfirmed"/> if the process has no such processor.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative and not infinite, or too long.</exception>
    public static async ValueTask<FlushResult> FlushAsync(TimeSpan? timeout = null, CancellationToken ct = default)
    {
        TimeSpan limit = timeout ?? DefaultTimeout;
        Timeouts.ThrowIfInvalid(limit, nameof(timeout));
        FlushRequest[] flushes =
            [.. LiveProcessors.All.Select(processor => processor.Pipeline.RequestFlush(null, default, limit, waitsForRecords: true))];
        var combined = new CombinedResult();
        foreach (FlushRequest flush in flushes)
        {
            FlushResult result = await flush.AnswerAsync(ct).ConfigureAwait(false);
            combined.Add(result, flush.WithoutRecorder);
        }

        return combined.Result;
    }
}
