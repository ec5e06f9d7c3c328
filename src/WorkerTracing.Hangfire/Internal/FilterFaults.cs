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

    private static readonly Counter<long> Errors =
        Meter.CreateCounter<long>("worker_tracing.hangfire.errors", "{error}", "Exceptions in the tracing of Hangfire jobs, kept from the jobs.");

    private readonly ILog _log = LogProvider.For<JobTraceFilter>();
    private readonly TimeProvider _time = TimeProvider.System;
    private readonly Lock _lock = new();
    private long _lastLogged;
    private int _unlogged;

    public void Report(Exception exception)
    {
        Errors.Add(1, new KeyValuePair<string, object?>("error.type", exception.GetType().FullName));
        int failures;
        lock (_lock)
        {
            _unlogged++;
            if (_lastLogged != 0 && _time.GetElapsedTime(_lastLogged) < Interval)
                return;

            _lastLogged = _time.GetTimestamp();
            failures = _unlogged;
            _unlogged = 0;
        }

        _log.WarnException($"Tracing a job failed, {failures} time(s) since this was last said. The job itself is not affected.", exception);
    }
}
