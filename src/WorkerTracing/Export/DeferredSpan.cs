using System.Diagnostics;

namespace WorkerTracing;

/// <summary>
/// A span that was taken off the queue and waits for a later export: retained by the exporter, or behind another span of its trace.
/// </summary>
/// <param name="Span">The span.</param>
/// <param name="Delivery">The counts of its trace, where it belongs to a job.</param>
/// <param name="Position">Its queue position, which keeps the order within a trace.</param>
/// <param name="Record">Its record in the flight recorder.</param>
/// <param name="Group">The <see cref="ExportRetry.Group"/> of the export that retained it; zero for none.</param>
internal readonly record struct DeferredSpan(Activity Span, SegmentDelivery? Delivery, long Position, RecordHandle Record, int Group)
{
    /// <summary>Gets whether an export has retained the span: it was passed to the exporter before.</summary>
    public bool IsRetained => Group != 0;
}
