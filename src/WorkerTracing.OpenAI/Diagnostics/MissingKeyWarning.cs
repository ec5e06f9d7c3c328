using Microsoft.Extensions.Logging;

namespace WorkerTracing;

/// <summary>Logs that there is no API key, once until there is one. Safe for concurrent use.</summary>
internal sealed class MissingKeyWarning(ILogger log)
{
    private int _isMissing; // 1 while the key is missing

    public void Set(bool isMissing)
    {
        if (Interlocked.Exchange(ref _isMissing, isMissing ? 1 : 0) == 0 && isMissing)
            Log.NoKey(log);
    }
}
