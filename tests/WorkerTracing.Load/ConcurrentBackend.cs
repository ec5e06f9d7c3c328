using System.Diagnostics;
using OpenTelemetry;

namespace WorkerTracing.Load;

/// <summary>A <see cref="SlowBackend"/> with several exports in flight.</summary>
internal sealed class ConcurrentBackend(SlowBackend backend) : BaseExporter<Activity>, IOutcomeExporter
{
    public int MaxConcurrency => backend.MaxConcurrency;

    public void Export(ReadOnlySpan<Activity> batch, Span<ExportOutcome> outcomes, CancellationToken cancellationToken)
    {
        var written = new List<ActivityTraceId>(batch.Length);
        foreach (Activity span in batch)
            written.Add(span.TraceId);
        backend.Send(written);
        outcomes.Fill(ExportOutcome.Delivered);
    }

    public override ExportResult Export(in Batch<Activity> batch) => backend.Export(batch);
}
