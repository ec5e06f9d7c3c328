namespace WorkerTracing;

/// <summary>
/// Decides when the next export is due: on schedule, when one is asked for, and after a failure when the delay is over. The pipeline's
/// lock guards it.
/// </summary>
internal sealed class ExportSchedule(TimeSpan delay, FlushCoalescer coalescer, ExportRetry retry, TimeProvider time)
{
    private long _started = time.GetTimestamp();

    /// <summary>Gets the queue position below which every span is to be sent.</summary>
    public long Requested { get; private set; }

    private TimeSpan UntilScheduled => Timeouts.Remaining(delay, time.GetElapsedTime(_started));

    /// <summary>Starts the schedule with the first span, so that it waits for the whole delay.</summary>
    public void Start() => _started = time.GetTimestamp();

    /// <summary>Asks for an export of everything below a queue position.</summary>
    public void Request(long tail) => Requested = tail;

    /// <summary>Asks for an export of everything below a queue position, if the schedule's delay has passed since the last time.</summary>
    public void RequestIfScheduled(long tail)
    {
        if (UntilScheduled > TimeSpan.Zero)
            return;
        _started = time.GetTimestamp();
        Request(tail);
    }

    /// <summary>Returns how long until the next export leaves. Zero: now.</summary>
    /// <param name="untilSpans">How long until spans may be taken: zero where some are queued or deferred, infinite where none are.</param>
    /// <param name="inFlight">The exports in flight.</param>
    /// <returns>Infinite where the end of an export in flight decides.</returns>
    public TimeSpan UntilExport(TimeSpan untilSpans, ExportsInFlight inFlight)
    {
        if (untilSpans != TimeSpan.Zero)
            return Timeouts.Shorter(untilSpans, UntilScheduled);
        if (retry.IsPaused)
            return retry.Remaining;
        return retry.IsProbing(inFlight) ? Timeout.InfiniteTimeSpan : coalescer.Delay(inFlight.Count);
    }
}
