using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace WorkerTracing.Testing;

/// <summary>Keeps what the core logs in a host. Add it with <c>builder.Logging.AddProvider</c>.</summary>
public sealed class HostLog : ILoggerProvider
{
    private readonly ConcurrentQueue<(int Id, string Text)> _events = new();

    public IReadOnlyList<(int Id, string Text)> Events => [.. _events];

    public IReadOnlyList<int> Ids => [.. _events.Select(static line => line.Id)];

    /// <summary>Gets the text of the one entry with this id, or throws with all entries.</summary>
    public string TextOf(int id)
    {
        string[] found = [.. _events.Where(line => line.Id == id).Select(static line => line.Text)];
        return found.Length == 1
            ? found[0]
            : throw new InvalidOperationException($"There are {found.Length} entries {id} among: {string.Join('\n', _events)}");
    }

    public ILogger CreateLogger(string categoryName) => new Logger(categoryName == "WorkerTracing" ? _events : []);

    public void Dispose()
    {
    }

    private sealed class Logger(ConcurrentQueue<(int Id, string Text)> events) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            events.Enqueue((eventId.Id, formatter(state, exception)));
    }
}
