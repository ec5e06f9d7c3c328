namespace WorkerTracing;

/// <summary>A span that did not end before its process did.</summary>
/// <param name="Path">The file of its record.</param>
/// <param name="Offset">Where in the file the record is.</param>
/// <param name="Header">The header of the record.</param>
/// <param name="Content">What the recorder knows about the span.</param>
/// <param name="ExporterContent">The content of <see cref="IRecordedSpanExporter.WriteOpenSpan"/>.</param>
internal sealed record AbandonedSpan(
    string Path, int Offset, RecordHeader Header, OpenSpanContent Content, byte[] ExporterContent);
