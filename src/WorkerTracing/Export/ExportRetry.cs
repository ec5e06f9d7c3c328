using System.Diagnostics;

namespace WorkerTracing;

/// <summary>
/// Decides, after exports that retained spans, how long nothing is sent and how many spans the next export holds. The pipeline's lock
/// guards it.
/// </summary>
/// <remarks>
/// The spans that the last failed export retained are the suspects. When the delay is over, one export holds half of them. If it fails
/// too, its spans are the only suspects from then on. If it succeeds, the rest of the suspects follows at once. So an outage costs one
/// small request for each delay, and one span that the backend cannot process is found with at most two requests for each halving.
/// </remarks>
internal sealed class ExportRetry(TimeProvider time, Random random)
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromMilliseconds(int.MaxValue);

    private int _failures;
    private int _suspects;
    private bool _isHalved;
    private long _pausedAt;
    private TimeSpan _pause;
    private long _resumedAt = long.MinValue; // when the shutdown began its attempt

    /// <summary>Gets the mark of the spans that are suspects now. See <see cref="DeferredSpan.Group"/>.</summary>
    public int Group { get; private set; }

    /// <summary>Gets whether the exporter has delivered nothing since an export retained spans: one export at a time then.</summary>
    public bool IsFailing => _failures > 0 || _suspects > 0;

    /// <summary>Gets whether the next export holds suspects only.</summary>
    public bool IsSearching => _suspects > 0;

    /// <summary>Gets whether an export of suspects has delivered spans since the search began.</summary>
    public bool HasDelivered { get; private set; }

    /// <summary>Gets the number of suspects that the next export may hold.</summary>
    public int Limit => _isHalved ? Math.Max(1, _suspects / 2) : _suspects;

    /// <summary>Gets the time during which nothing may be sent. Zero: an export may leave now.</summary>
    public TimeSpan Remaining => _pause == TimeSpan.Zero ? TimeSpan.Zero : Timeouts.Remaining(_pause, time.GetElapsedTime(_pausedAt));

    public bool IsPaused => Remaining > TimeSpan.Zero;

    /// <summary>Records an export that retained spans, and begins the delay.</summary>
    /// <param name="retained">The number of spans that the export retained. They get the mark <see cref="Group"/>.</param>
    /// <param name="hasDelivered">Whether the same export delivered others.</param>
    /// <param name="started">When the export began.</param>
    /// <param name="retryAfter">The delay that the exporter asks for; zero for the backoff.</param>
    public void OnRetained(int retained, bool hasDelivered, long started, TimeSpan retryAfter)
    {
        Debug.Assert(retained > 0);
        if (IsFailing && started <= _pausedAt)
        {
            // It was in flight beside the export that began the delay: the same failure, seen once more.
            _suspects += retained;
            if (retryAfter > Remaining)
                Pause(retryAfter, started);
            return;
        }

        HasDelivered = hasDelivered || (IsSearching && HasDelivered);
        _failures = HasDelivered ? 1 : _failures + 1; // the backend works, so that the next step of a search need not wait longer
        _suspects = retained;
        _isHalved = true;
        Group++;
        Pause(retryAfter > TimeSpan.Zero ? retryAfter : Backoff(), started);
    }

    /// <summary>Records an export of recorded spans that retained some. It begins the delay, and no search among other spans.</summary>
    /// <param name="hasDelivered">Whether the exporter delivers others.</param>
    /// <param name="started">When the export began.</param>
    /// <param name="retryAfter">The delay that the exporter asks for; zero for the backoff.</param>
    public void OnRecordsRetained(bool hasDelivered, long started, TimeSpan retryAfter)
    {
        if (IsFailing && started <= _pausedAt)
        {
            if (retryAfter > Remaining)
                Pause(retryAfter, started);
            return;
        }

        _failures = hasDelivered ? 1 : _failures + 1;
        Pause(retryAfter > TimeSpan.Zero ? retryAfter : Backoff(), started);
    }

    /// <summary>Records an export that retained nothing.</summary>
    /// <param name="suspects">How many of its spans were suspects.</param>
    /// <param name="started">When the export began.</param>
    public void OnSettled(int suspects, long started)
    {
        if (suspects == 0 && IsFailing && started <= _pausedAt)
            return; // it began before the failure and says nothing about the time after it
        _failures = 0;
        _suspects = Math.Max(0, _suspects - suspects);
        _isHalved = false;
        HasDelivered = true;
    }

    /// <summary>Ends the search: the last suspect is known, and waits apart. The delay goes on.</summary>
    public void OnSuspectsFound() => _suspects = 0;

    /// <summary>Ends the search and the failure: the last suspect is at fault, and the exporter delivers others.</summary>
    public void OnFaultFound() => (_suspects, _failures) = (0, 0);

    /// <summary>Returns true if an export is in flight that began after the failure, and so shows whether it is over.</summary>
    public bool IsProbing(ExportsInFlight inFlight) =>
        IsFailing && inFlight.HasStartedAfter(_pausedAt);

    /// <summary>
    /// Ends the delay, for the one attempt of a shutdown. An export that is in flight is not that attempt: its failure begins no delay.
    /// </summary>
    public void Resume()
    {
        _pause = TimeSpan.Zero;
        _resumedAt = time.GetTimestamp();
    }

    private void Pause(TimeSpan delay, long started)
    {
        _pausedAt = time.GetTimestamp();
        _pause = started < _resumedAt ? TimeSpan.Zero : delay < LongestRetryAfter ? delay : LongestRetryAfter;
    }

    /// <summary>Doubles from try to try. A quarter of it is random, so that many workers do not come back in the same instant.</summary>
    private TimeSpan Backoff()
    {
        TimeSpan doubled = FirstDelay * Math.Pow(2, Math.Min(_failures - 1, 10));
        return (doubled < LongestDelay ? doubled : LongestDelay) * (1 - (0.25 * random.NextDouble()));
    }
}
