using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace WorkerTracing.Faults.Worker;

/// <summary>Reads the library's own meter.</summary>
internal sealed class MetricCensus : IDisposable
{
    private readonly ConcurrentDictionary<string, long> _lost = new();
    private readonly ConcurrentDictionary<string, long> _measured = new();
    private readonly MeterListener _listener = new();
    private long _waiting;

    public MetricCensus()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == "WorkerTracing")
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument.Name, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Note(instrument.Name, 0, tags));
        _listener.Start();
    }

    public void Report(WorkerReport report)
    {
        foreach ((string reason, long spans) in _lost)
            report.Lost[reason] = spans;
        report.Measurements.AddRange(_measured.Keys);
    }

    /// <summary>Spans that wait in the queues at this moment.</summary>
    public long Waiting()
    {
        Volatile.Write(ref _waiting, 0);
        _listener.RecordObservableInstruments();
        return Volatile.Read(ref _waiting);
    }

    public void Dispose() => _listener.Dispose();

    private void Note(string instrument, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string text = instrument;
        foreach ((string tag, object? tagged) in tags)
            text += $" {tag}={tagged}";
        _measured.TryAdd(text, 0);
        if (instrument == "worker_tracing.queue.length")
            Interlocked.Add(ref _waiting, value);
        else if (instrument == "worker_tracing.spans.lost")
            _lost.AddOrUpdate((string)Tag(tags, "reason"), value, (_, before) => before + value);
    }

    private static object Tag(ReadOnlySpan<KeyValuePair<string, object?>> tags, string name)
    {
        foreach ((string tag, object? value) in tags)
        {
            if (tag == name && value is not null)
                return value;
        }

        throw new InvalidOperationException($"The measurement has no tag {name}.");
    }
}
