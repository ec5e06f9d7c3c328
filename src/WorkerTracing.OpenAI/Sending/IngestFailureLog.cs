using Microsoft.Extensions.Logging;

namespace WorkerTracing;

/// <summary>
/// Logs the failures of one key, with what can be done about them. A refused key is logged once, until it is accepted.
/// </summary>
internal sealed class IngestFailureLog(ILogger log, TimeProvider time, string? name) : SendFailureLog(time)
{
    private readonly string _credentials = name ?? "unnamed";
    private int _isKeyRefused; // 1 from the refusal to the next success

    /// <summary>Reports that the organization does not let its data be kept.</summary>
    public void ForbidContent() => Log.ContentForbidden(log, _credentials);

    /// <summary>Reports a refused key.</summary>
    /// <param name="status">The status of the refusal, or 0 for a key that cannot be sent.</param>
    public void RefuseKey(int status)
    {
        if (Interlocked.Exchange(ref _isKeyRefused, 1) != 0)
            return;
        if (status == 0)
            Log.KeyMalformed(log, _credentials);
        else
            Log.KeyRefused(log, status, _credentials);
    }

    public override void Keep(in SendAnswer answer, int spans)
    {
        if (!IngestAnswer.IsKeyRefused(answer))
            base.Keep(answer, spans);
    }

    public override void Recover()
    {
        Volatile.Write(ref _isKeyRefused, 0);
        base.Recover();
    }

    protected override void LogKept(in SendAnswer answer, int spans) => Log.Postponed(log, answer.Description!, spans);

    protected override void LogLost(in SendAnswer answer, int spans) => Log.Lost(log, answer.Description!, spans);

    protected override void LogRecovered(TimeSpan outage, int failedRequests, long lost) =>
        Log.Recovered(log, outage, failedRequests, lost);
}
