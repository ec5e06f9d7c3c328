using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using Hangfire.Logging;

namespace WorkerTracing;

/// <summary>
/// Counts what goes wrong in the filter and says it in Hangfire's log: at most once a minute, with the number of failures since.
/// </summary>
internal sealed class FilterFaults
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private static readonly Meter Meter = new("WorkerTracing");

    private static readonly Counter<long> Errors = Meter.CreateCounter<long>(
        "worker_tracing.hangfire.errors", "{error}", "Exceptions in the tracing of Hangfire jobs, kept from the jobs.");

    private readonly TimeProvider _time = TimeProvider.System;
    private readonly Lock _lock = new();
    private long _lastLogged;
    private int _unlogged;

    /// <summary>Never throws: it is called where nothing may.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "The logger is the application's, and may have been disposed with its host.")]
    public void Report(Exception exception)
    {
        try
        {
            Errors.Add(1, new KeyValuePair<string, object?>("error.type", exception.GetType().FullName));
            if (Due() is var failures and > 0)
            {
                LogProvider.For<JobTraceFilter>().WarnException(
                    $"Tracing a job failed, {failures} time(s) since this was last said. The job itself is not affected.", exception);
            }
        }
        catch (Exception)
        {
            // There is nobody left to tell.
        }
    }

    /// <summary>How many failures there are to be told of now.</summary>
    private int Due()
    {
        lock (_lock)
        {
            _unlogged++;
            if (_lastLogged != 0 && _time.GetElapsedTime(_lastLogged) < Interval)
                return 0;

            _lastLogged = _time.GetTimestamp();
            var failures = _unlogged;
            _unlogged = 0;
            return failures;
        }
    }
}
