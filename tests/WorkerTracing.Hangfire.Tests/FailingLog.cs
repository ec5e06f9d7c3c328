using Hangfire.Logging;

namespace WorkerTracing.Tests;

/// <summary>A log that fails like one whose host is gone.</summary>
internal sealed class FailingLog : ILogProvider, ILog
{
    public static bool Fails { get; set; }

    public static bool Tried { get; private set; }

    public ILog GetLogger(string name) => this;

    public bool Log(LogLevel logLevel, Func<string>? messageFunc, Exception? exception = null)
    {
        if (!Fails)
            return false;
        Tried = true;
        throw new ObjectDisposedException("log");
    }
}
