using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace WorkerTracing.Tests;

/// <summary>A logger that keeps its lines. As a provider, it keeps those of every category.</summary>
internal sealed class LogLines : ILogger, ILoggerProvider
{
    private readonly ConcurrentQueue<(int Id, string Text)> _events = new();

    public IReadOnlyList<(int Id, string Text)> Events => [.. _events];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _events.Enqueue((eventId.Id, formatter(state, exception)));

    public ILogger CreateLogger(string categoryName) => this;

    public void Dispose()
    {
    }

    public override string ToString() => string.Join(Environment.NewLine, _events);
}
