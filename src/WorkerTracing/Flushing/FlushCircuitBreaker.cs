namespace WorkerTracing;

/// <summary>
/// Bounds the waiting on something that does not answer, over all flushes: once it has failed or hung for as long as a flush's whole
/// timeout since its last success, that flush does not wait. The first success closes the circuit again. Its owner's lock guards it.
/// </summary>
internal sealed class FlushCircuitBreaker
{
    private TimeSpan _failing;
    private TimeSpan _outlasted;

    /// <summary>Returns true if waiting is pointless for a flush with this timeout.</summary>
    /// <param name="timeout">The timeout of the flush. An infinite one always waits.</param>
    /// <param name="hanging">How long the call that the flush would wait for has been under way; zero where it would wait for none.</param>
    public bool IsOpenFor(TimeSpan timeout, TimeSpan hanging = default) =>
        timeout != Timeout.InfiniteTimeSpan && _failing + (hanging > _outlasted ? hanging : _outlasted) >= timeout;

    /// <summary>A flush waited in vain for its whole timeout.</summary>
    public void OnTimeout(TimeSpan timeout)
    {
        if (timeout > _outlasted)
            _outlasted = timeout;
    }

    /// <summary>A call failed after a time.</summary>
    public void OnFailure(TimeSpan duration)
    {
        _outlasted = TimeSpan.Zero;
        _failing += duration;
    }

    public void OnSuccess()
    {
        _outlasted = TimeSpan.Zero;
        _failing = TimeSpan.Zero;
    }
}
