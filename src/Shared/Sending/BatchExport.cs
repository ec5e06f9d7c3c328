using System.Buffers;
using System.Diagnostics;
using OpenTelemetry;

namespace WorkerTracing;

/// <summary>Exports a batch of OpenTelemetry's own processors, which take one result for all spans and keep none.</summary>
/// <param name="Count">The number of spans.</param>
/// <param name="Delivered">The spans that were delivered.</param>
/// <param name="Retained">The spans that failed for a passing reason. The processor has dropped them.</param>
internal readonly record struct BatchExport(int Count, int Delivered, int Retained)
{
    public ExportResult Result => Delivered == Count ? ExportResult.Success : ExportResult.Failure;

    public static BatchExport Of(IOutcomeExporter exporter, in Batch<Activity> batch, CancellationToken cancellationToken)
    {
        int capacity = checked((int)batch.Count);
        Activity[] spans = ArrayPool<Activity>.Shared.Rent(capacity);
        ExportOutcome[] rented = ArrayPool<ExportOutcome>.Shared.Rent(capacity);
        int count = 0;
        foreach (Activity span in batch)
            spans[count++] = span;

        Span<ExportOutcome> outcomes = rented.AsSpan(0, count);
        exporter.Export(spans.AsSpan(0, count), outcomes, cancellationToken);
        var result = new BatchExport(count, outcomes.Count(ExportOutcome.Delivered), outcomes.Count(ExportOutcome.Retained));
        ArrayPool<Activity>.Shared.Return(spans, clearArray: true);
        ArrayPool<ExportOutcome>.Shared.Return(rented);
        return result;
    }
}
