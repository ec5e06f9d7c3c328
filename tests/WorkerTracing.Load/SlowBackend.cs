using System.Collections.Concurrent;
using System.Diagnostics;
using OpenTelemetry;

namespace WorkerTracing.Load;

/// <summary>An exporter whose backend acknowledges a batch after a fixed time, and which remembers what it has acknowledged.</summary>
internal sealed class SlowBackend(TimeSpan roundTrip, int maxConcurrency = 1) : BaseExporter<Activity>, IBackend
{
    private readonly ConcurrentDictionary<ActivityTraceId, int> _acknowledged = new();
    private int _exports;
    private long _busy;

    /// <summary>How many exports it takes at the same time.</summary>
    public int MaxConcurrency { get; } = maxConcurrency;

    public int Exports => Volatile.Read(ref _exports);

    /// <summary>The measured time of one export: what the operating system makes of the round trip.</summary>
    public TimeSpan MeasuredRoundTrip => Exports == 0 ? roundTrip : TimeSpan.FromTicks(Volatile.Read(ref _busy) / Exports);

    public override ExportResult Export(in Batch<Activity> batch)
    {
        List<ActivityTraceId> sent = [];
        foreach (Activity span in batch)
            sent.Add(span.TraceId);
        Send(sent);
        return ExportResult.Success;
    }

    /// <summary>Sends as every exporter does: first the whole batch is written out, then it is sent, then the backend has it.</summary>
    public void Send(List<ActivityTraceId> written)
    {
        long started = Stopwatch.GetTimestamp();
        Thread.Sleep(roundTrip);
        foreach (ActivityTraceId trace in written)
            _acknowledged.AddOrUpdate(trace, 1, static (_, count) => count + 1);
        Interlocked.Increment(ref _exports);
        Interlocked.Add(ref _busy, Stopwatch.GetElapsedTime(started).Ticks);
    }

    /// <summary>How many spans of the trace are acknowledged; forgets the trace.</summary>
    public int Acknowledged(ActivityTraceId trace) => _acknowledged.TryRemove(trace, out int count) ? count : 0;

    public void Reset()
    {
        _exports = 0;
        _busy = 0;
    }
}
