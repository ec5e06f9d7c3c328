namespace WorkerTracing;

/// <summary>
/// What became of one trace's spans in one <see cref="ExportPipeline"/>. The pipeline's lock guards all but the refused spans and what is
/// counted for the flight recorder.
/// </summary>
internal sealed class SegmentDelivery(ExportPipeline pipeline)
{
    private long _dropped;
    private long _refused; // written by threads that end spans
    private long _refusedTaken; // written by DroppedSpanCounter under its lock
    private bool _hasNews; // written by both
    private int _recorded; // Interlocked
    private int _unrecorded; // Interlocked
    private long _left; // Interlocked

    public ExportPipeline Pipeline { get; } = pipeline;

    /// <summary>The counts of the same trace in another pipeline.</summary>
    public SegmentDelivery? Next { get; set; }

    /// <summary>The spans taken off the queue that have no final outcome yet: in flight, or kept for a later export.</summary>
    public int Pending { get; set; }

    /// <summary>How many of the pending spans failed alone and wait for their time. No flush waits for them.</summary>
    public int Postponed { get; set; }

    public long Exported { get; private set; }

    /// <summary>Gets the spans of requests that the backend took in part. They are neither pending, nor exported, nor lost.</summary>
    public long Unconfirmed { get; private set; }

    /// <summary>Gets the spans that will never arrive.</summary>
    public long Lost => _dropped + Volatile.Read(ref _refused);

    /// <summary>Gets the spans that are recorded and have no final outcome yet: queued, in flight or kept. Zero without a recorder.</summary>
    public int Recorded => Volatile.Read(ref _recorded);

    /// <summary>Gets the spans that a recorder could not take and that have no final outcome yet. Zero without a recorder.</summary>
    public int Unrecorded => Volatile.Read(ref _unrecorded);

    /// <summary>Gets the spans that were left to the recorder. They are neither pending, nor exported, nor lost.</summary>
    public long Left => Volatile.Read(ref _left);

    /// <summary>The flushes that wait for <see cref="Pending"/> to come down to zero: a list linked through the requests.</summary>
    public FlushRequest? Waiting { get; set; }

    /// <summary>
    /// The lowest position of a pending span. Valid only while <see cref="WaitingFlushes"/> answers the flushes of one export.
    /// </summary>
    public long FirstPending { get; set; }

    /// <summary>Records the outcome of a pending span. One that is retained stays pending.</summary>
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
            _dropped++;
    }

    /// <summary>Leaves a pending span to the recorder.</summary>
    public void LeavePending() => Pending--;

    /// <summary>A span has ended, in a pipeline with a recorder.</summary>
    public void Begin(RecordHandle record) => Interlocked.Increment(ref record.IsRecorded ? ref _recorded : ref _unrecorded);

    /// <summary>The pipeline has let go of a span that <see cref="Begin"/> has counted.</summary>
    public void End(RecordHandle record) => Interlocked.Decrement(ref record.IsRecorded ? ref _recorded : ref _unrecorded);

    /// <summary>Counts a span that is left to the recorder.</summary>
    public void Leave() => Interlocked.Increment(ref _left);

    /// <summary>Records a span that ended without reaching the pipeline, because another processor failed before.</summary>
    public void Miss() => Unconfirmed++;

    /// <summary>Lowers <see cref="FirstPending"/> to the position of a pending span.</summary>
    public void FindFirstPending(long position)
    {
        if (Waiting is not null && position < FirstPending)
            FirstPending = position;
    }

    /// <summary>Counts a span that found no room in the queue. Called by threads that end spans, without a lock.</summary>
    /// <returns>True for the first since <see cref="TakeRefused"/>.</returns>
    public bool Refuse()
    {
        Interlocked.Increment(ref _refused);
        return !Volatile.Read(ref _hasNews) && !Interlocked.Exchange(ref _hasNews, true);
    }

    /// <summary>Returns how many spans were refused since the last call. One thread at a time.</summary>
    public long TakeRefused()
    {
        Interlocked.Exchange(ref _hasNews, false); // before the count is read: a refusal that this read misses adds the trace again
        long refused = Volatile.Read(ref _refused);
        long news = refused - _refusedTaken;
        _refusedTaken = refused;
        return news;
    }
}
