namespace WorkerTracing;

/// <summary>
/// How many spans a pipeline's queue has refused. A refused span of a job is counted once, on its trace's account, and the accounts are
/// added up when somebody asks: while an exporter
/// hangs, every span that ends comes by here, on every thread.
/// </summary>
internal sealed class DroppedSpanCounter
{
    /// <summary>So many accounts are remembered; then they are added up unasked.</summary>
    private const int MostAccounts = 1024;

    private readonly Lock _sync = new();
    private readonly List<SegmentDelivery> _accounts = [];
    private long _gathered;
    private long _withoutAccount;

    public long Value
    {
        get
        {
            lock (_sync)
                return Gather() + Volatile.Read(ref _withoutAccount);
        }
    }

    /// <summary>A span was refused.</summary>
    /// <param name="account">What is known of its trace; null where it belongs to no job.</param>
    public void Add(SegmentDelivery? account)
    {
        if (account is null)
            Interlocked.Increment(ref _withoutAccount);
        else if (account.Refuse())
            Remember(account);
    }

    private void Remember(SegmentDelivery account)
    {
        lock (_sync)
        {
            _accounts.Add(account);
            if (_accounts.Count >= MostAccounts)
                Gather();
        }
    }

    private long Gather()
    {
        foreach (SegmentDelivery account in _accounts)
            _gathered += account.TakeRefused();
        _accounts.Clear();
        return _gathered;
    }
}
