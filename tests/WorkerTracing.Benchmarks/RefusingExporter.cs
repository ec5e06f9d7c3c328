using System.Diagnostics;
using OpenTelemetry;

namespace WorkerTracing.Benchmarks;

/// <summary>A backend that takes nothing: for good, or for the time being.</summary>
internal sealed class RefusingExporter(ExportOutcome outcome) : BaseExporter<Activity>, IOutcomeExporter
{
    public int MaxConcurrency => 1;

    public void Export(ReadOnlySpan<Activity> batch, Span<ExportOutcome> outcomes, CancellationToken cancellationToken)
        => outcomes[..batch.Length].Fill(outcome);

    public override ExportResult Export(in Batch<Activity> batch) => ExportResult.Failure;
}
