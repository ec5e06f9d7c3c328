using System.Diagnostics;

namespace WorkerTracing;

/// <summary>
/// The traces whose item the service has. Bounded: a trace without exports for a long time is forgotten. It is announced again then,
/// which costs one item.
/// </summary>
internal sealed class AnnouncedTraces(int capacity)
{
    private readonly Lock _sync = new();
    private Dictionary<ActivityTraceId, TraceStatement> _recent = [];
    private Dictionary<ActivityTraceId, TraceStatement> _older = [];

    public bool TryGet(ActivityTraceId trace, out TraceStatement statement)
    {
        lock (_sync)
        {
            if (_recent.TryGetValue(trace, out statement))
                return true;
            if (!_older.TryGetValue(trace, out statement))
                return false;
            Remember(trace, statement);
            return true;
        }
    }

    public void Add(ActivityTraceId trace, TraceStatement statement)
    {
        lock (_sync)
            Remember(trace, statement);
    }

    /// <summary>
    /// Keeps two generations: when the younger is full it replaces the older, and traces that were not used since are forgotten.
    /// </summary>
    private void Remember(ActivityTraceId trace, TraceStatement statement)
    {
        if (_recent.Count >= capacity / 2 && !_recent.ContainsKey(trace))
        {
            (_recent, _older) = (_older, _recent);
            _recent.Clear();
        }
        _recent[trace] = statement;
    }
}
