using System.Diagnostics.Metrics;

namespace WorkerTracing;

/// <summary>The counters of the exporter, on the meter <c>WorkerTracing</c>.</summary>
internal static class ExporterMetrics
{
    private static readonly Meter Meter = new("WorkerTracing");

    private static readonly Counter<long> Dropped = Meter.CreateCounter<long>(
        "worker_tracing.openai.spans.dropped", "{span}", "Spans that the OpenAI exporter dropped, by reason.");

    public static void Drop(int spans, string reason)
    {
        if (spans > 0)
            Dropped.Add(spans, new KeyValuePair<string, object?>("reason", reason));
    }
}
