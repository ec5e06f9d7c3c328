namespace WorkerTracing;

/// <summary>What a record holds. The values are part of the file format.</summary>
internal enum RecordKind : byte
{
    /// <summary>An ended span: the content of <see cref="IRecordedSpanExporter.WriteSpan"/>.</summary>
    Span = 1,

    /// <summary>The name and the resource of an exporter, which the other records refer to by its index.</summary>
    Exporter = 2,

    /// <summary>A span that has started and not ended.</summary>
    OpenSpan = 3,
}
