using Microsoft.Extensions.Logging;

namespace WorkerTracing;

/// <summary>The state of each key. Safe for concurrent use.</summary>
internal sealed class KeyStates(ILogger log, TimeProvider time)
{
    /// <summary>All are forgotten when there are this many. A forgotten key's traces are announced again, which costs an item.</summary>
    private const int MaxKeys = 1000;

    private readonly Lock _sync = new();
    private readonly Dictionary<OpenAICredentials, KeyState> _states = [];

    public KeyState Of(OpenAICredentials credentials)
    {
        lock (_sync)
        {
            if (_states.TryGetValue(credentials, out KeyState? state))
                return state;
            if (_states.Count >= MaxKeys)
                _states.Clear();
            return _states[credentials] = new KeyState(log, time, credentials.Name);
        }
    }
}
