using System.Diagnostics;

namespace WorkerTracing;

/// <summary>
/// Implemented by a <see cref="OpenTelemetry.BaseExporter{T}"/> of <see cref="Activity"/> that can say more than success or
/// failure: an outcome for each span, and how many exports may be in flight.
/// </summary>
public interface IOutcomeExporter
{
    /// <summary>
    /// How many calls of <see cref="Export"/> may run at the same time. At least 1; read once, when the processor is made.
    /// </summary>
    int MaxConcurrency { get; }

    /// <summary>
    /// Sends a batch. Called in the place of <c>BaseExporter.Export</c>, on a thread of the <see cref="BatchTraceProcessor"/>, under
    /// suppressed instrumentation. Two calls that run at the same time never hold spans of the same trace.
    /// </summary>
    /// <param name="batch">The spans, in the order in which they ended within each trace. Valid during the call only.</param>
    /// <param name="outcomes">As long as <paramref name="batch"/>, filled with <see cref="ExportOutcome.Dropped"/>: one outcome for each
    /// span.</param>
    /// <param name="cancellationToken">Cancelled when the processor stops waiting: at the export timeout or the shutdown's
    /// deadline.</param>
    void Export(ReadOnlySpan<Activity> batch, Span<ExportOutcome> outcomes, CancellationToken cancellationToken);
}
