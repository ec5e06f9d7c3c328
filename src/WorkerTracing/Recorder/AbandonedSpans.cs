using System.Diagnostics;

namespace WorkerTracing;

/// <summary>The spans that did not end before their process did, from its tables of open spans.</summary>
internal sealed class AbandonedSpans
{
    private readonly List<AbandonedSpan> _spans = [];

    private AbandonedSpans(IReadOnlyList<string> paths) => Paths = paths;

    /// <summary>Gets the files.</summary>
    public IReadOnlyList<string> Paths { get; }

    public IReadOnlyList<AbandonedSpan> All => _spans;

    /// <summary>Reads the tables of a directory.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="recovery">Takes when the process was last known to be alive.</param>
    /// <exception cref="IOException">A file cannot be read, or is of a later version.</exception>
    public static AbandonedSpans Read(string directory, Recovery recovery)
    {
        var found = new AbandonedSpans([.. RecoveredFile.Find(directory, RecorderFiles.OpenSpansExtension)]);
        foreach (string path in found.Paths)
        {
            byte[] bytes = File.ReadAllBytes(path);
            if (!SegmentHeader.TryRead(bytes, out SegmentHeader header, out ushort version))
                continue;
            if (version != SegmentHeader.Version)
                throw new UnknownVersionException(version);
            found.Read(path, bytes, header.Salt, recovery);
        }

        return found;
    }

    /// <summary>Leaves out the spans that have ended. Call it when all records of the directory were seen.</summary>
    public void RemoveEnded(Recovery recovery) => _spans.RemoveAll(span => !recovery.IsOpen(span.Header));

    /// <summary>Returns the jobs among them, each once, however many exporters have recorded it.</summary>
    public IEnumerable<AbandonedJob> Jobs(DateTime lastAlive) => _spans
        .Where(static span => span.Content.IsJob)
        .DistinctBy(static span => (span.Header.TraceId, span.Header.SpanId))
        .Select(span => new AbandonedJob(
            span.Content.Name,
            span.Content.Key,
            new ActivityContext(span.Header.TraceId, span.Header.SpanId, span.Content.Flags, span.Content.TraceState, isRemote: true),
            span.Header.Time,
            EndOf(span, lastAlive)));

    /// <summary>Returns when a span ended at the latest. The clock may have been set back since it started.</summary>
    public static DateTimeOffset EndOf(AbandonedSpan span, DateTime lastAlive) =>
        span.Header.Time > lastAlive ? span.Header.Time : lastAlive;

    /// <summary>Marks spans as done, in their files.</summary>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public void Remove(IReadOnlyCollection<AbandonedSpan> spans)
    {
        foreach (IGrouping<string, AbandonedSpan> ofFile in spans.GroupBy(static span => span.Path))
        {
            using FileStream file = RecorderFiles.OpenFile(ofFile.Key);
            foreach (AbandonedSpan span in ofFile)
                RandomAccess.Write(file.SafeFileHandle, [(byte)RecordState.Done], span.Offset + RecordFormat.StateOffset);
        }

        _spans.RemoveAll(spans.Contains);
    }

    private void Read(string path, ReadOnlySpan<byte> bytes, ulong salt, Recovery recovery)
    {
        const int HeartbeatEnd = OpenSpanTable.HeartbeatOffset + Heartbeat.Size;
        if (bytes.Length >= HeartbeatEnd && Heartbeat.Read(bytes[OpenSpanTable.HeartbeatOffset..HeartbeatEnd]) is { } alive)
            recovery.SeeAlive(alive);
        for (int place = OpenSpanTable.FirstUnitOffset; place < bytes.Length; place += OpenSpanTable.UnitSize)
        {
            int length = RecordFormat.ContentLength(bytes[place..], salt);
            if (length < 0)
                continue;
            ReadOnlySpan<byte> record = bytes.Slice(place, RecordFormat.HeaderSize + length);
            if (!RecordFormat.HasValidHeader(record, place))
                continue;
            if (!RecordFormat.IsDone(record) && RecordFormat.IsValid(record, place))
                Add(path, place, record, recovery);
            place += (record.Length - 1) / OpenSpanTable.UnitSize * OpenSpanTable.UnitSize;
        }
    }

    private void Add(string path, int offset, ReadOnlySpan<byte> record, Recovery recovery)
    {
        RecordHeader header = RecordFormat.ReadHeader(record);
        if (header.Kind != RecordKind.OpenSpan
            || OpenSpanContent.Read(record[RecordFormat.HeaderSize..], out ReadOnlySpan<byte> exporterContent) is not { } content)
            return;
        _spans.Add(new AbandonedSpan(path, offset, header, content, exporterContent.ToArray()));
        recovery.AddOpenSpan(header);
    }
}
