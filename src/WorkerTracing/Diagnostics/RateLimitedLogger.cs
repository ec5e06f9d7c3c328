using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace WorkerTracing;

/// <summary>
/// Writes one entry a minute for each event and subject (an exporter, a callback), so that an outage does not fill the log; the counts are
/// in the metrics. It is the boundary to the log providers: none of its methods throws.
/// </summary>
internal sealed class RateLimitedLogger(ILogger inner, TimeProvider time) : ILogger
{
    /// <summary>Subjects are few. The table is cleared if an application makes them many.</summary>
    private const int MaxSubjects = 1000;

    private readonly ConcurrentDictionary<(int EventId, string? Subject), long> _lastLogged = new();

    /// <summary>Gets the time between two entries of an event and subject.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Returns a logger to the same providers without a limit, for those that limit what they log themselves.</summary>
    public RateLimitedLogger Unlimited() => new(inner, time) { Pause = TimeSpan.Zero };

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to the log providers: a scope that cannot be made is left out.")]
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
    {
        try
        {
            return inner.BeginScope(state);
        }
        catch (Exception)
        {
            return null;
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to the log providers: a level that cannot be asked for is off.")]
    public bool IsEnabled(LogLevel logLevel)
    {
        try
        {
            return inner.IsEnabled(logLevel);
        }
        catch (Exception)
        {
            return false;
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to the log providers: an entry that cannot be written is lost.")]
    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        bool limited = eventId.Id != WorkerTracing.Log.JobFailedId;
        (int, string?) key = (eventId.Id, limited ? SubjectOf(state) : null);
        if (limited && !IsDue(key))
            return;
        try
        {
            inner.Log(logLevel, eventId, state, exception, formatter);
        }
        catch (Exception)
        {
            _lastLogged.TryRemove(key, out _);
        }
    }

    /// <summary>Gets the first value of the message: every message of the library names its subject first.</summary>
    private static string? SubjectOf<TState>(TState state) =>
        state is IReadOnlyList<KeyValuePair<string, object?>> { Count: > 1 } values ? values[0].Value as string : null;

    private bool IsDue((int EventId, string? Subject) key)
    {
        long now = time.GetTimestamp();
        while (true)
        {
            if (!_lastLogged.TryGetValue(key, out long last))
            {
                if (_lastLogged.Count >= MaxSubjects)
                    _lastLogged.Clear();
                if (_lastLogged.TryAdd(key, now))
                    return true;
            }
            else if (time.GetElapsedTime(last, now) < Pause)
            {
                return false;
            }
            else if (_lastLogged.TryUpdate(key, now, last))
            {
                return true;
            }
        }
    }
}
