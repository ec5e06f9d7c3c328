using System.Buffers;
using System.Diagnostics;

namespace WorkerTracing;

/// <summary>An exporter under the name that <see cref="RecordNames"/> has given it.</summary>
internal sealed class NamedRecordExporter(IRecordedSpanExporter exporter, string name) : IRecordedSpanExporter
{
    public string RecordName => name;

    public int MaxConcurrency => exporter.MaxConcurrency;

    public void WriteResource(IBufferWriter<byte> content) => exporter.WriteResource(content);

    public void WriteSpan(Activity span, IBufferWriter<byte> content) => exporter.WriteSpan(span, content);

    public void WriteOpenSpan(Activity span, IBufferWriter<byte> content) => exporter.WriteOpenSpan(span, content);

    public void CloseSpan(ReadOnlySpan<byte> open, DateTimeOffset ended, IBufferWriter<byte> content) =>
        exporter.CloseSpan(open, ended, content);

    public void Export(ReadOnlySpan<RecordedSpan> batch, Span<ExportOutcome> outcomes, CancellationToken cancellationToken) =>
        exporter.Export(batch, outcomes, cancellationToken);

    public void Export(ReadOnlySpan<Activity> batch, Span<ExportOutcome> outcomes, CancellationToken cancellationToken) =>
        exporter.Export(batch, outcomes, cancellationToken);
}
