namespace WorkerTracing;

/// <summary>
/// Ends one request after another at its timeout, or when its export is canceled. The source is used again as long as it was not canceled:
/// a new one for each request would be a timer and a registration more. Not safe for concurrent use.
/// </summary>
internal sealed class RequestDeadline : IDisposable
{
    private CancellationTokenSource _source = new();
    private CancellationTokenRegistration _export;

    /// <summary>Begins a request.</summary>
    public CancellationTokenSource Start(TimeSpan timeout, CancellationToken export)
    {
        _export = export.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _source);
        _source.CancelAfter(timeout);
        return _source;
    }

    /// <summary>Ends it.</summary>
    /// <param name="isInUse">Whether a connection may still use the token.</param>
    public void Stop(bool isInUse)
    {
        _export.Dispose(); // waits for a cancellation that is under way
        if (!isInUse && _source.TryReset())
            return;
        if (!isInUse)
            _source.Dispose();
        _source = new CancellationTokenSource();
    }

    public void Dispose() => _source.Dispose();
}
