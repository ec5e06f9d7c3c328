namespace WorkerTracing;

/// <summary>
/// Reports failures to send: the first at once, then one a minute of each kind, and the end of an outage with its totals. Safe for
/// concurrent use; nothing is logged under its lock.
/// </summary>
internal abstract class SendFailureLog(TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly Lock _sync = new();
    private long? _lastKept;
    private long? _lastLost;
    private long _outageBegan;
    private int _failedRequests;
    private long _lost;
    private string? _lastError;

    /// <summary>Whether a failure was reported since the last success. Read without the lock, as a hint.</summary>
    private volatile bool _isFailing;

    /// <summary>Gets what went wrong last, in a form that may be shown. Null where nothing has.</summary>
    public string? LastError => Volatile.Read(ref _lastError);

    /// <summary>Reports spans that stay queued because of a failure that may pass.</summary>
    public virtual void Keep(in SendAnswer answer, int spans)
    {
        if (Add(ref _lastKept, answer, lost: 0))
            LogKept(answer, spans);
    }

    /// <summary>Reports spans that are lost.</summary>
    public void Lose(in SendAnswer answer, int spans)
    {
        if (Add(ref _lastLost, answer, spans))
            LogLost(answer, spans);
    }

    /// <summary>Reports a success, which ends an outage.</summary>
    public virtual void Recover()
    {
        if (!_isFailing)
            return;
        TimeSpan outage;
        int failedRequests;
        long lost;
        lock (_sync)
        {
            if (!_isFailing)
                return;
            _isFailing = false;
            outage = time.GetElapsedTime(_outageBegan);
            (failedRequests, lost) = (_failedRequests, _lost);
            bool wasKept = _lastKept is not null;
            (_lastKept, _failedRequests, _lost) = (null, 0, 0);
            if (!wasKept)
                return; // spans were refused for what they are: that is no outage
        }

        LogRecovered(outage, failedRequests, lost);
    }

    /// <summary>Reports a message that came with a success.</summary>
    public virtual void Warn(in SendAnswer answer)
    {
    }

    protected abstract void LogKept(in SendAnswer answer, int spans);

    protected abstract void LogLost(in SendAnswer answer, int spans);

    protected abstract void LogRecovered(TimeSpan outage, int failedRequests, long lost);

    /// <summary>Counts a failure.</summary>
    /// <returns>True if it is to be logged.</returns>
    private bool Add(ref long? last, in SendAnswer answer, int lost)
    {
        Volatile.Write(ref _lastError, answer.Description);
        lock (_sync)
        {
            if (!_isFailing)
                _outageBegan = time.GetTimestamp();
            _isFailing = true;
            _failedRequests++;
            _lost += lost;
            if (last is { } before && time.GetElapsedTime(before) < Interval)
                return false;
            last = time.GetTimestamp();
            return true;
        }
    }
}
