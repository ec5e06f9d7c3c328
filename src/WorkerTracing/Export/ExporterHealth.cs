namespace WorkerTracing;

/// <summary>
/// What an exporter has achieved lately: whether waiting for it is worthwhile, and the counts for a health check. The pipeline's lock
/// guards the writing; the counts may be read without it.
/// </summary>
internal sealed class ExporterHealth(QueueOverflow overflow, TimeProvider time)
{
    private readonly FlushCircuitBreaker _breaker = new();
    private long _delivered;
    private long _lostInExports;
    private long _lostAtSuccess;

    /// <summary>Gets the number of spans delivered since the start.</summary>
    public long Delivered => Volatile.Read(ref _delivered);

    /// <summary>Gets the number of spans lost since the start.</summary>
    public long Lost => overflow.Count + Volatile.Read(ref _lostInExports);

    /// <summary>Gets the number of exports in a row that delivered nothing.</summary>
    public int FailedExports { get; private set; }

    /// <summary>Gets the time of the first of <see cref="FailedExports"/>; null where there is none.</summary>
    public DateTimeOffset? FailingSince { get; private set; }

    /// <summary>Gets the number of spans lost since the last export that delivered something.</summary>
    public long LostSinceSuccess => Lost - Volatile.Read(ref _lostAtSuccess);

    /// <summary>Counts spans that were dropped without an export.</summary>
    public void OnDropped(int spans) => Interlocked.Add(ref _lostInExports, spans);

    /// <summary>
    /// A flush waited in vain for its whole timeout. If the exports in flight took up most of it, they are the reason.
    /// </summary>
    public void OnFlushTimeout(TimeSpan timeout, ExportsInFlight inFlight, int concurrency)
    {
        if (HangingFor(inFlight, concurrency) >= timeout / 2)
            _breaker.OnTimeout(timeout);
    }

    /// <summary>An export has ended.</summary>
    public void OnExported(in ExportCounts counts, TimeSpan duration)
    {
        if (counts.Arrived > 0)
        {
            _breaker.OnSuccess();
            FailedExports = 0;
            FailingSince = null;
            Volatile.Write(ref _lostAtSuccess, Lost);
        }
        else
        {
            _breaker.OnFailure(duration);
            FailedExports++;
            FailingSince ??= time.GetUtcNow();
        }

        Volatile.Write(ref _delivered, _delivered + counts.Arrived);
        Interlocked.Add(ref _lostInExports, counts.Lost);
    }

    /// <summary>Returns true if the exporter has failed or hung for <paramref name="timeout"/> since its last success.</summary>
    public bool IsStalledFor(TimeSpan timeout, ExportsInFlight inFlight, int concurrency) =>
        _breaker.IsOpenFor(timeout, HangingFor(inFlight, concurrency));

    /// <summary>Returns true if no export can begin, because all that may run have hung for <paramref name="timeout"/>.</summary>
    public bool IsHungFor(TimeSpan timeout, ExportsInFlight inFlight, int concurrency) =>
        timeout != Timeout.InfiniteTimeSpan && HangingFor(inFlight, concurrency) is var hanging && hanging > TimeSpan.Zero
            && hanging >= timeout;

    /// <summary>Returns how long all the exports that may run have been in flight; zero where one more could begin.</summary>
    private TimeSpan HangingFor(ExportsInFlight inFlight, int concurrency) =>
        inFlight.Count < concurrency ? TimeSpan.Zero : time.GetElapsedTime(inFlight.LastStarted);
}
