using System.Diagnostics;

namespace WorkerTracing;

/// <summary>
/// An <see cref="IOutcomeExporter"/> that knows how many of the <see cref="ExportOutcome.Unconfirmed"/> spans were rejected, though not
/// which (<c>rejected_spans</c> of an OTLP partial success), and why an export failed. Without this interface all of them count as rejected.
/// </summary>
internal interface IDetailedExporter : IOutcomeExporter
{
    /// <summary>Sends a batch as <see cref="IOutcomeExporter.Export"/> does, which the processor then does not call.</summary>
    /// <param name="batch">The spans.</param>
    /// <param name="outcomes">One outcome for each span.</param>
    /// <param name="cancellationToken">Canceled at the export timeout and at the deadline of a shutdown.</param>
    ExportDetails ExportWithDetails(ReadOnlySpan<Activity> batch, Span<ExportOutcome> outcomes, CancellationToken cancellationToken);
}
