using Microsoft.Extensions.Logging;

namespace WorkerTracing;

/// <summary>
/// Logs failures with what can be done about them. A missing or refused key is logged once, until it changes or is accepted.
/// </summary>
internal sealed class IngestFailureLog(ILogger log, TimeProvider time) : SendFailureLog(time)
{
    private readonly Lock _sync = new();
    private string? _refusedKey;
    private bool _isKeyMissing;

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

    /// <summary>Reports a refused key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="status">The status of the refusal, or 0 for a key that cannot be sent.</param>
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

    public override void Keep(in SendAnswer answer, int spans)
    {
        if (!IngestAnswer.IsKeyRefused(answer))
            base.Keep(answer, spans);
    }

    public override void Recover()
    {
        lock (_sync)
            (_refusedKey, _isKeyMissing) = (null, false);
        base.Recover();
    }

    protected override void LogKept(in SendAnswer answer, int spans) => Log.Postponed(log, answer.Description!, spans);

    protected override void LogLost(in SendAnswer answer, int spans) => Log.Lost(log, answer.Description!, spans);

    protected override void LogRecovered(TimeSpan outage, int failedRequests, long lost) =>
        Log.Recovered(log, outage, failedRequests, lost);
}
