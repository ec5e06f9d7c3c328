namespace WorkerTracing;

/// <summary>What the exporters of WorkerTracing have done with the spans of one job's trace.</summary>
/// <param name="Exporters">The number of exporters that have taken spans of the trace off their queue.</param>
/// <param name="Exported">Spans that were delivered, summed over the exporters.</param>
/// <param name="Lost">Spans that will not arrive, summed over the exporters.</param>
/// <param name="Slowest">Spans that the exporter with the fewest delivered spans has delivered.</param>
/// <param name="LastError">The last error of an exporter that has not delivered everything, or null.</param>
public readonly record struct TraceDelivery(int Exporters, long Exported, long Lost, long Slowest, string? LastError)
{
    /// <summary>Returns true if each exporter has delivered a number of spans, and there is an exporter.</summary>
    /// <param name="spans">The number of spans of the trace that have ended.</param>
    /// <returns>Whether nothing of the trace is waiting.</returns>
    public bool IsComplete(int spans) => Exporters > 0 && Slowest >= spans;
}
