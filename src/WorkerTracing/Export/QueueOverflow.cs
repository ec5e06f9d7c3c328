namespace WorkerTracing;

/// <summary>The spans that a full or closed queue has refused, and whether that is over.</summary>
/// <remarks>
/// While an exporter hangs, every span that ends comes here, on every thread: a shared field is written only when it changes.
/// </remarks>
internal sealed class QueueOverflow
{
    private readonly DroppedSpanCounter _refused = new();
    private long _refusedAt; // written by threads that end spans: the queue's tail at the last refusal
    private long _settled; // written under the pipeline's lock: how many refused spans have had their effect on a flush
    private volatile bool _isOverflowing; // set by threads that end spans, cleared under the pipeline's lock

    /// <summary>Gets the number of refused spans since the start.</summary>
    public long Count => _refused.Value;

    /// <summary>
    /// Gets the number of refused spans that make a flush of everything Failed: those since the last time that everything had its outcome.
    /// </summary>
    public long Unsettled => Count - _settled;

    /// <summary>Counts a refused span. Called by threads that end spans, without a lock.</summary>
    /// <param name="delivery">The counts of its trace; null where it belongs to no job.</param>
    /// <param name="tail">The queue's tail.</param>
    public void Add(SegmentDelivery? delivery, long tail)
    {
        if (Volatile.Read(ref _refusedAt) != tail)
            Volatile.Write(ref _refusedAt, tail);
        _refused.Add(delivery);
    }

    /// <summary>Marks the queue as overflowing.</summary>
    /// <returns>True for the first call since exports have caught up.</returns>
    public bool Begin() => !_isOverflowing && !Interlocked.Exchange(ref _isOverflowing, true);

    /// <summary>Ends the overflow where everything that was queued at the last refusal has its outcome.</summary>
    public void OnSettled(long lowestUnsettled)
    {
        if (lowestUnsettled < Volatile.Read(ref _refusedAt))
            return;
        _settled = Count;
        if (_isOverflowing)
            _isOverflowing = false;
    }
}
