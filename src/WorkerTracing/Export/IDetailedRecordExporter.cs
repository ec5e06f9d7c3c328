namespace WorkerTracing;

/// <summary>As <see cref="IDetailedExporter"/>, for recorded spans.</summary>
internal interface IDetailedRecordExporter : IRecordedSpanExporter
{
    /// <summary>Sends a batch as <see cref="IRecordedSpanExporter.Export"/> does, which the processor then does not call.</summary>
    /// <param name="batch">The spans.</param>
    /// <param name="outcomes">One outcome for each span.</param>
    /// <param name="cancellationToken">Canceled at the export timeout and at the deadline of a shutdown.</param>
    ExportDetails ExportWithDetails(ReadOnlySpan<RecordedSpan> batch, Span<ExportOutcome> outcomes, CancellationToken cancellationToken);
}
