namespace WorkerTracing;

/// <summary>
/// Limits the retries within exports, like the retry throttling of gRPC: each retry costs a token, and ten delivered requests earn one.
/// A short failure is retried at once; in an outage, or for a span that the service cannot process, each export is one request, and the
/// processor's delays decide. Safe for concurrent use.
/// </summary>
internal sealed class RetryBudget
{
    private const int TenthsOfARetry = 10;

    private readonly Lock _sync = new();
    private int _spent;

    /// <param name="max">The number of tokens.</param>
    /// <returns>True if a retry may follow.</returns>
    public bool TryTake(int max)
    {
        lock (_sync)
        {
            if (_spent + TenthsOfARetry > max * TenthsOfARetry)
                return false;
            _spent += TenthsOfARetry;
            return true;
        }
    }

    /// <summary>A request was delivered.</summary>
    public void Earn()
    {
        lock (_sync)
            _spent = Math.Max(0, _spent - 1);
    }
}
