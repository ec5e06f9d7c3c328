using System.Diagnostics;

namespace WorkerTracing;

/// <summary>
/// The traces whose item the service has. Bounded: of traces that nothing was exported of for long they are forgotten, and would be
/// announced again, which costs an item and nothing else.
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

    /// <summary>Two generations: when the younger is full it becomes the older, and what was not used meanwhile is gone.</summary>
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
