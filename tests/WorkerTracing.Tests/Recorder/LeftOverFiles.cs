using System.Diagnostics;
using System.Text;

namespace WorkerTracing.Tests;

/// <summary>
/// The files of a process that has ended, as bytes: two segments with records of all states, remains of an earlier use and a torn record,
/// and a table with open spans. Written by the recorder's own classes.
/// </summary>
internal sealed class LeftOverFiles
{
    private const int SegmentSize = 16 * 1024;

    private readonly List<LeftOverRecord> _records = [];
    private readonly List<LeftOverRecord> _unexpected = [];

    public LeftOverFiles()
    {
        using var directory = new TemporaryDirectory();
        var store = new OpenSpanStore();
        var exporter = new RecordedExporter(3, "text", store);
        exporter.EnsureResource(new TextExporter());
        byte[][] segments = [WriteSegment(directory, exporter, 1), WriteSegment(directory, exporter, 2)];
        Files =
        [
            ("00000001.segment", segments[0]), ("00000002.segment", segments[1]), ("00000001.open", WriteTable(directory, store, exporter)),
        ];
    }

    /// <summary>Gets the files: names and bytes.</summary>
    public (string Name, byte[] Bytes)[] Files { get; }

    /// <summary>Gets the records that are to be found.</summary>
    public IReadOnlyList<LeftOverRecord> Records => _records;

    /// <summary>
    /// Gets the records that are done, or damaged. Further damage may bring them back: to the state of the one, or to the content of the other.
    /// </summary>
    public IReadOnlyList<LeftOverRecord> Unexpected => _unexpected;

    private byte[] WriteSegment(TemporaryDirectory directory, RecordedExporter exporter, int number)
    {
        var log = new SegmentLog(SegmentSize, static () => { });
        using var file = MappedFile.Create(Path.Combine(directory.Path, $"{number}"), SegmentSize);
        Fill(log, file, exporter, $"earlier {number}", keep: false);
        log.Clear("");
        Fill(log, file, exporter, $"span {number}", keep: true);
        return file.Bytes.ToArray();
    }

    private void Fill(SegmentLog log, MappedFile file, RecordedExporter exporter, string name, bool keep)
    {
        var segment = new MappedSegment(file, 1, "", new SegmentHeader((ulong)name.GetHashCode(StringComparison.Ordinal), 1));
        log.AddSpare(segment);
        log.TryAdvance(null);
        var buffer = RecordBuffer.Rent();
        for (int i = 0; ; i++)
        {
            Activity span = Spans.Ended($"{name} {i}{new string('x', i * 37 % 300)}");
            buffer.Clear();
            buffer.Advance(Encoding.UTF8.GetBytes(span.DisplayName, buffer.GetSpan(1000)));
            var header = new RecordHeader(RecordKind.Span, exporter.Index, span.TraceId, span.SpanId, DateTime.UtcNow);
            RecordState state = (i % 5) switch { 0 => RecordState.Done, 1 => RecordState.Unqueued, _ => RecordState.Queued };
            if (log.Append(buffer, header, keep ? state : RecordState.Done, exporter, out int offset, out _) is null)
                break;
            if (!keep)
                continue;
            var record = new LeftOverRecord(Path.GetFileName(file.Path), offset, buffer.Record.Length, span.DisplayName, span.SpanId);
            bool isDamaged = i == 7;
            if (isDamaged)
                file.Bytes[offset + buffer.Record.Length - 3] ^= 0x10;
            (isDamaged || state == RecordState.Done ? _unexpected : _records).Add(record);
        }

        buffer.Return();
    }

    private byte[] WriteTable(TemporaryDirectory directory, OpenSpanStore store, RecordedExporter exporter)
    {
        using var file = MappedFile.Create(Path.Combine(directory.Path, "open"), OpenSpanTable.FileSize);
        store.AddTable(file);
        store.Beat(DateTime.UtcNow);
        for (int i = 0; i < 8; i++)
        {
            Activity job = new Activity($"job {i}") { ActivityTraceFlags = ActivityTraceFlags.Recorded }.Start();
            exporter.OpenSpans.Add(job, isJob: true, $"key {i}", new TextExporter());
            if (i % 3 == 0)
                exporter.OpenSpans.Remove(job);
            else
                _records.Add(new LeftOverRecord("open", 0, 0, $"job {i} abandoned", job.SpanId));
            job.Stop();
        }

        return file.Bytes[..(2 * OpenSpanTable.FirstUnitOffset)].ToArray();
    }
}
