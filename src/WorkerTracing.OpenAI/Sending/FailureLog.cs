using Microsoft.Extensions.Logging;

namespace WorkerTracing;

/// <summary>
/// Says of a failure what can be done about it: of the key once, until it changes; of anything else once a minute while it lasts.
/// </summary>
internal sealed class FailureLog(ILogger log, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly Lock _sync = new();
    private string? _refusedKey;
    private bool _isKeyMissing;
    private long? _lastPostponed;
    private long? _lastLost;

    public void MissKey()
    {
        lock (_sync)
        {
            if (_isKeyMissing)
                return;
            _isKeyMissing = true;
        }
        Log.NoKey(log);
    }

    /// <summary>A key that cannot even be sent counts as refused.</summary>
    public void RefuseKey(string key, int status)
    {
        lock (_sync)
        {
            if (_refusedKey == key)
                return;
            _refusedKey = key;
        }
        if (status == 0)
            Log.KeyMalformed(log);
        else
            Log.KeyRefused(log, status);
    }

    public void Postpone(IngestAnswer answer, string key, int items)
    {
        if (answer.IsKeyRefused)
            RefuseKey(key, answer.Status);
        else if (IsDue(ref _lastPostponed))
            Log.Postponed(log, answer.ToString(), items);
    }

    public void Lose(IngestAnswer answer, int items)
    {
        if (IsDue(ref _lastLost))
            Log.Lost(log, answer.ToString(), items);
    }

    public void Recover()
    {
        lock (_sync)
        {
            _refusedKey = null;
            _isKeyMissing = false;
            _lastPostponed = null;
            _lastLost = null;
        }
    }

    private bool IsDue(ref long? last)
    {
        lock (_sync)
        {
            if (last is { } before && time.GetElapsedTime(before) < Interval)
                return false;
            last = time.GetTimestamp();
            return true;
        }
    }
}
