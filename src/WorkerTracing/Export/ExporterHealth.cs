namespace WorkerTracing;

/// <summary>
/// What an exporter has been doing lately: whether it is still worth waiting for, and what to tell a health check. The pipeline's lock
/// guards it, but for
/// the count of lost spans.
/// </summary>
/// <remarks>
/// Waiting on an exporter that does not deliver is bounded over all flushes, not only for each: once the time that it has failed or hung
/// since its last success is as long as a flush's
/// whole timeout, that flush is told at once. Its spans still leave, and the first success opens the way again.
/// </remarks>
internal sealed class ExporterHealth(TimeProvider time)
{
    private readonly DroppedSpanCounter _refused = new();
    private TimeSpan _failing;
    private TimeSpan _outlasted;
    private long _lostInExports;
    private long _lostAtSuccess;

    /// <summary>Spans delivered since the start.</summary>
    public long Delivered { get; private set; }

    /// <summary>Spans lost since the start.</summary>
    public long Lost => Refused + Volatile.Read(ref _lostInExports);

    /// <summary>Spans that a full or closed queue has refused since the start.</summary>
    public long Refused => _refused.Value;

    /// <summary>Exports in a row that delivered nothing.</summary>
    public int FailedExports { get; private set; }

    /// <summary>Spans lost since the last export that delivered something.</summary>
    public long LostSinceSuccess => Lost - Volatile.Read(ref _lostAtSuccess);

    /// <summary>A span found no room, and is counted on its trace's account too. Called by threads that end spans.</summary>
    public void Refuse(SegmentDelivery? account) => _refused.Add(account);

    /// <summary>Queued spans were given up.</summary>
    public void Abandon(int spans) => Interlocked.Add(ref _lostInExports, spans);

    /// <summary>A flush's whole timeout went by. If the exports in flight took up most of it, they are what it waited for.</summary>
    public void OutlastWait(TimeSpan timeout, List<ExportBatch> inFlight, int concurrency)
    {
        if (InFlightFor(inFlight, concurrency) >= timeout / 2 && timeout > _outlasted)
            _outlasted = timeout;
    }

    /// <summary>An export has ended.</summary>
    public void Settle(int delivered, int lost, TimeSpan duration)
    {
        _outlasted = TimeSpan.Zero;
        if (delivered > 0)
        {
            _failing = TimeSpan.Zero;
            FailedExports = 0;
            Volatile.Write(ref _lostAtSuccess, Lost);
        }
        else
        {
            _failing += duration;
            FailedExports++;
        }

        Delivered += delivered;
        Interlocked.Add(ref _lostInExports, lost);
    }

    /// <summary>Whether the exporter has kept flushes waiting for <paramref name="timeout"/> and more without a success.</summary>
    public bool IsStalledFor(TimeSpan timeout, List<ExportBatch> inFlight, int concurrency)
    {
        if (timeout == Timeout.InfiniteTimeSpan)
            return false;
        TimeSpan inFlightFor = InFlightFor(inFlight, concurrency);
        return _failing + (inFlightFor > _outlasted ? inFlightFor : _outlasted) >= timeout;
    }

    /// <summary>How long all the exports that may be in flight have been; zero where one more could start.</summary>
    private TimeSpan InFlightFor(List<ExportBatch> inFlight, int concurrency) =>
        inFlight.Count < concurrency ? TimeSpan.Zero : time.GetElapsedTime(inFlight[^1].Started);
}
