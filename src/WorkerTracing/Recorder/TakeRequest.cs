namespace WorkerTracing;

/// <summary>One call of <see cref="RecorderChannel.Take"/>: what it may take, and what it has taken.</summary>
internal sealed class TakeRequest(RecordedExporter exporter, List<TakenRecord> into, int count, int bytes)
{
    private int _count = count;
    private long _bytes = bytes;
    private bool _isEmpty = true;

    public RecordedExporter Exporter { get; } = exporter;

    /// <summary>Returns true if a record may be added. The first one may have any size.</summary>
    public bool HasRoom(int length) => _count > 0 && (_isEmpty || length <= _bytes);

    /// <summary>Adds a copy of a record.</summary>
    public void Add(RecordHandle handle, ReadOnlySpan<byte> record, ReadOnlyMemory<byte> resource)
    {
        RecordHeader header = RecordFormat.ReadHeader(record);
        byte[] content = record[RecordFormat.HeaderSize..].ToArray();
        into.Add(new TakenRecord(handle, new RecordedSpan(header.TraceId, header.SpanId, content, resource)));
        _count--;
        _bytes -= content.Length;
        _isEmpty = false;
    }
}
