namespace WorkerTracing;

/// <summary>Delivers now what would otherwise leave with the next automatic export, and says what came of it.</summary>
/// <remarks>
/// Call it after the trace has closed: a span that has not ended cannot be sent. The answer covers the recorded spans that ended
/// before the call. Neither method throws for what tracing does.
/// </remarks>
public interface ITraceFlusher
{
    /// <summary>
    /// Asks for an export and waits for its verdict, holding no thread. Flushes that wait at the same time share exports.
    /// </summary>
    /// <param name="timeout">The longest wait, at most 24 days. Zero does not wait; <see cref="Timeout.InfiniteTimeSpan"/> waits without
    /// end.</param>
    /// <param name="cancellationToken">Ends the wait, not the export.</param>
    /// <returns>
    /// <see cref="FlushStatus.Delivered"/>, <see cref="FlushStatus.Failed"/>, <see cref="FlushStatus.TimedOut"/> or <see
    /// cref="FlushStatus.Canceled"/>, with the counts so far.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative and not infinite, or too long.</exception>
    ValueTask<FlushResult> FlushAsync(TimeSpan timeout, CancellationToken cancellationToken = default);

    /// <summary>As <see cref="FlushAsync"/>, blocking the calling thread and no other.</summary>
    /// <param name="timeout">The longest wait, at most 24 days. Zero does not wait; <see cref="Timeout.InfiniteTimeSpan"/> waits without
    /// end.</param>
    /// <returns>What came of it.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative and not infinite, or too long.</exception>
    FlushResult Flush(TimeSpan timeout);
}
