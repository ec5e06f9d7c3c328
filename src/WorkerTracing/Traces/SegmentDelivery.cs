namespace WorkerTracing;

/// <summary>
/// What became of one trace's spans in one <see cref="ExportPipeline"/>. Guarded by the pipeline's lock, but for what the queue refuses.
/// </summary>
internal sealed class SegmentDelivery(ExportPipeline pipeline)
{
    private int _dropped;
    private int _refused;
    private int _refusedTaken;
    private bool _hasNews;

    public ExportPipeline Pipeline { get; } = pipeline;

    /// <summary>The next account of the same trace, with another pipeline.</summary>
    public SegmentDelivery? Next { get; set; }

    /// <summary>Spans taken off the queue that have no final outcome yet: in flight, or held for a later export.</summary>
    public int Pending { get; set; }

    public int Exported { get; private set; }

    /// <summary>Spans of requests that the backend took in part. They are pending no more, and neither exported nor lost.</summary>
    public int Unconfirmed { get; private set; }

    /// <summary>
    /// The lowest position of a pending span. Valid only while <see cref="WaitingFlushes"/> answers the flushes of one export.
    /// </summary>
    public long FirstPending { get; set; }

    /// <summary>Spans that will never arrive.</summary>
    public int Lost => _dropped + Volatile.Read(ref _refused);

    /// <summary>The flushes that wait for <see cref="Pending"/> to come down to zero: a list linked through the requests.</summary>
    public FlushRequest? Waiting { get; set; }

    /// <summary>A span that was pending has an outcome; one that is retained stays pending.</summary>
    public void Settle(ExportOutcome outcome)
    {
        if (outcome == ExportOutcome.Retained)
            return;
        Pending--;
        if (outcome == ExportOutcome.Delivered)
            Exported++;
        else if (outcome == ExportOutcome.Unconfirmed)
            Unconfirmed++;
        else
            Drop();
    }

    /// <summary>Lowers <see cref="FirstPending"/> to the position of a pending span.</summary>
    public void FindFirstPending(long position)
    {
        if (Waiting is not null && position < FirstPending)
            FirstPending = position;
    }

    /// <summary>A span that was taken off the queue will not arrive.</summary>
    public void Drop() => _dropped++;

    /// <summary>A span found no room in the queue. Called by threads that end spans.</summary>
    /// <returns>True for the first since <see cref="TakeRefused"/>.</returns>
    public bool Refuse()
    {
        Interlocked.Increment(ref _refused);
        return !Volatile.Read(ref _hasNews) && !Interlocked.Exchange(ref _hasNews, true);
    }

    /// <summary>
    /// How many spans were refused since the last call. One thread at a time; what is refused meanwhile counts now or the next time.
    /// </summary>
    public int TakeRefused()
    {
        Interlocked.Exchange(ref _hasNews, false); // before the count is read: an increment that this misses sees it, and tells
        int refused = Volatile.Read(ref _refused);
        int news = refused - _refusedTaken;
        _refusedTaken = refused;
        return news;
    }
}
