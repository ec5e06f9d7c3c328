namespace WorkerTracing;

/// <summary>
/// Flushes every live <see cref="BatchTraceProcessor"/> of the process, for code that has no <see cref="ITraceFlusher"/> at hand.
/// </summary>
public static class WorkerTraces
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Asks every processor for an export and waits for their verdicts, holding no thread. Call it after the trace has closed.
    /// </summary>
    /// <param name="timeout">The longest wait; zero does not wait, null waits for 5 seconds.</param>
    /// <param name="ct">Ends the wait, not the exports.</param>
    /// <returns>The worst status and the sums. <see cref="FlushStatus.Unconfirmed"/> where the process has no such processor.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative and not infinite, or too long.</exception>
    public static async ValueTask<FlushResult> FlushAsync(TimeSpan? timeout = null, CancellationToken ct = default)
    {
        TimeSpan limit = timeout ?? DefaultTimeout;
        Timeouts.ThrowIfInvalid(limit, nameof(timeout));
        ValueTask<FlushResult>[] flushes = [.. LiveProcessors.All.Select(p => p.FlushAsync(limit, ct))];
        var combined = new CombinedResult();
        foreach (ValueTask<FlushResult> flush in flushes)
            combined.Add(await flush.ConfigureAwait(false));
        return combined.Result;
    }
}
