using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace WorkerTracing;

/// <summary>
/// Passes on one entry a minute for each kind of event, so that an outage does not drown the log; the rest is in the metrics. A log
/// provider that
/// throws is not the job's problem either.
/// </summary>
internal sealed class RateLimitedLogger(ILogger inner, TimeProvider time) : ILogger
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<int, long> _lastLogged = new();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => inner.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

    [SuppressMessage(
        "Design",
        "CA1031",
        Justification = "The boundary to the log providers: a line that cannot be written is lost, and nothing else.")]
    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (!IsDue(eventId.Id))
            return;
        try
        {
            inner.Log(logLevel, eventId, state, exception, formatter);
        }
        catch (Exception)
        {
            _lastLogged.TryRemove(eventId.Id, out _);
        }
    }

    private bool IsDue(int eventId)
    {
        long now = time.GetTimestamp();
        while (true)
        {
            if (!_lastLogged.TryGetValue(eventId, out long last))
            {
                if (_lastLogged.TryAdd(eventId, now))
                    return true;
            }
            else if (time.GetElapsedTime(last, now) < Pause)
            {
                return false;
            }
            else if (_lastLogged.TryUpdate(eventId, now, last))
            {
                return true;
            }
        }
    }
}
