using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace WorkerTracing.Faults;

/// <summary>Reads <c>worker_tracing.spans.lost</c>, as a metrics backend would.</summary>
internal sealed class LostSpans : IDisposable
{
    private readonly ConcurrentDictionary<string, long> _counts = new();
    private readonly MeterListener _listener = new();

    public LostSpans()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Name == "worker_tracing.spans.lost")
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            foreach (KeyValuePair<string, object?> tag in tags)
            {
                if (tag.Key == "reason")
                    _counts.AddOrUpdate((string)tag.Value!, count, (_, before) => before + count);
            }
        });
        _listener.Start();
    }

    public long Count(string reason) => _counts.GetValueOrDefault(reason);

    public void Dispose() => _listener.Dispose();
}
