using System.Diagnostics;
using OpenTelemetry;

namespace WorkerTracing;

/// <summary>
/// Optional, implemented by an exporter whose traces go to several accounts that must not affect each other. A partition has its own
/// queue, export threads and delays. Honoured by <c>AddExporter</c>.
/// </summary>
public interface IPartitionedExporter
{
    /// <summary>Gets the partition of an ended span. Called on the thread that ends the span; must not block.</summary>
    /// <param name="span">The span.</param>
    /// <returns>A value that equals that of the partition's other spans. Null for the exporter's own queue.</returns>
    object? GetPartition(Activity span);

    /// <summary>Creates the exporter of one partition, which the processor disposes.</summary>
    BaseExporter<Activity> CreatePartition();
}
