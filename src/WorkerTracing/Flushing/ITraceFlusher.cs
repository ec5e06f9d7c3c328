namespace WorkerTracing;

/// <summary>Exports ended spans at once instead of on schedule, and returns whether they were delivered.</summary>
/// <remarks>
/// Call it after the trace has ended: a span is exported when it ends. The result covers the recorded spans that ended before the call.
/// A failure of tracing is a result, not an exception.
/// </remarks>
public interface ITraceFlusher
{
    /// <summary>
    /// Starts an export and waits for its result without blocking a thread. Flushes that wait at the same time share exports.
    /// </summary>
    /// <param name="timeout">
    /// The longest wait, at most 24 days. Zero does not wait; <see cref="Timeout.InfiniteTimeSpan"/> has no limit.
    /// </param>
    /// <param name="cancellationToken">Ends the wait, not the export.</param>
    /// <returns>
    /// <see cref="FlushStatus.Delivered"/>, <see cref="FlushStatus.Failed"/>, <see cref="FlushStatus.TimedOut"/>,
    /// <see cref="FlushStatus.Canceled"/> or <see cref="FlushStatus.Unconfirmed"/>, with the counts so far.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative and not infinite, or too long.</exception>
    ValueTask<FlushResult> FlushAsync(TimeSpan timeout, CancellationToken cancellationToken = default);

    /// <summary>Does the same as <see cref="FlushAsync"/>, but blocks the calling thread, and no other, while it waits.</summary>
    /// <param name="timeout">
    /// The longest wait, at most 24 days. Zero does not wait; <see cref="Timeout.InfiniteTimeSpan"/> has no limit.
    /// </param>
    /// <returns>The same as <see cref="FlushAsync"/>, except <see cref="FlushStatus.Canceled"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative and not infinite, or too long.</exception>
    FlushResult Flush(TimeSpan timeout);
}
