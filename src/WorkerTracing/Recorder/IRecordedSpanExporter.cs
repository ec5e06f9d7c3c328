using System.Buffers;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace WorkerTracing;

/// <summary>
/// Implemented by an exporter whose spans the flight recorder can keep. The exporter defines the content of its records, and sends recorded
/// spans of its own process and of processes that have ended.
/// </summary>
/// <remarks>The content is opaque to the recorder. It must not hold credentials.</remarks>
[Experimental("WORKERTRACING001")]
public interface IRecordedSpanExporter : IOutcomeExporter
{
    /// <summary>Gets the name that assigns records to the exporter after a restart. Two exporters of a process have different ones.</summary>
    /// <value>At most 200 bytes of UTF-8. Must not hold credentials.</value>
    string RecordName { get; }

    /// <summary>Writes what all spans of the process share. Called once, when the first span is recorded.</summary>
    /// <param name="content">Takes the content.</param>
    void WriteResource(IBufferWriter<byte> content);

    /// <summary>Writes an ended span. Called on the thread that ends it, before it is queued. Must not block.</summary>
    /// <param name="span">The span.</param>
    /// <param name="content">Takes the content. A span without any content is not recorded.</param>
    void WriteSpan(Activity span, IBufferWriter<byte> content);

    /// <summary>
    /// Writes a span that has started and not ended: a job, a call to another process, or a span that encloses one of these or an ended
    /// one. Called on the thread of the job.
    /// </summary>
    /// <param name="span">The span.</param>
    /// <param name="content">Takes the content.</param>
    void WriteOpenSpan(Activity span, IBufferWriter<byte> content);

    /// <summary>
    /// Writes a span that did not end before its process did. Status, <c>workflow.execution.result</c> and <c>error.type</c> are the
    /// exporter's to write: Error, <c>error</c> and <c>abandoned</c>.
    /// </summary>
    /// <param name="open">The content of <see cref="WriteOpenSpan"/>, written by another process.</param>
    /// <param name="ended">When the process was last known to be alive.</param>
    /// <param name="content">Takes the content, as <see cref="WriteSpan"/> would write it.</param>
    void CloseSpan(ReadOnlySpan<byte> open, DateTimeOffset ended, IBufferWriter<byte> content);

    /// <summary>Sends recorded spans, as <see cref="IOutcomeExporter.Export"/> does spans of the process.</summary>
    /// <param name="batch">The spans. Valid during the call only.</param>
    /// <param name="outcomes">One outcome for each span of <paramref name="batch"/>.</param>
    /// <param name="cancellationToken">Canceled at the export timeout and at the deadline of a shutdown.</param>
    void Export(ReadOnlySpan<RecordedSpan> batch, Span<ExportOutcome> outcomes, CancellationToken cancellationToken);
}
