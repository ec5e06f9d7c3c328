namespace WorkerTracing;

/// <summary>
/// Counts the spans that a pipeline's queue has refused. A refused span of a job is counted once, in its trace's
/// <see cref="SegmentDelivery"/>, and those are added up when the count is read: while an exporter hangs, every span that ends is counted
/// here, on every thread.
/// </summary>
internal sealed class DroppedSpanCounter
{
    /// <summary>Bounds the list: at this length it is added up and cleared.</summary>
    private const int MaxTraces = 1024;

    private readonly Lock _sync = new();
    private readonly List<SegmentDelivery> _traces = []; // written under _sync
    private long _ofTraces; // written under _sync
    private long _ofNone; // written by threads that end spans

    public long Value
    {
        get
        {
            lock (_sync)
            {
                AddUp();
                return _ofTraces + Volatile.Read(ref _ofNone);
            }
        }
    }

    /// <summary>Counts a refused span.</summary>
    /// <param name="delivery">The counts of its trace; null where it belongs to no job.</param>
    public void Add(SegmentDelivery? delivery)
    {
        if (delivery is null)
            Interlocked.Increment(ref _ofNone);
        else if (delivery.Refuse())
            Remember(delivery);
    }

    private void Remember(SegmentDelivery delivery)
    {
        lock (_sync)
        {
            _traces.Add(delivery);
            if (_traces.Count >= MaxTraces)
                AddUp();
        }
    }

    private void AddUp()
    {
        foreach (SegmentDelivery delivery in _traces)
            _ofTraces += delivery.TakeRefused();
        _traces.Clear();
    }
}
