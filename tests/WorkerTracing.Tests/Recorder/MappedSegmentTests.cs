namespace WorkerTracing.Tests;

internal sealed class MappedSegmentTests
{
    private const int Size = 8 * 1024 * 1024;
    private const int RecordSize = 1024;

    /// <summary>The pages behind the last record are made writable by the recorder's thread: in time also when records come fast.</summary>
    [Test]
    public void IsTouchDue_RecordsComeFast_AsksBeforeTheTouchedPagesEndAndSeldom()
    {
        using var directory = new TemporaryDirectory();
        using var file = MappedFile.Create(Path.Combine(directory.Path, "segment"), Size);
        var segment = new MappedSegment(file, 1, "1", new SegmentHeader(1, 1));
        segment.TouchAhead();
        var asked = new List<int>();
        byte[] record = new byte[RecordSize];
        while (segment.TryAppend(record, out int offset))
        {
            if (!segment.IsTouchDue(offset, RecordSize))
                continue;
            asked.Add(offset / 1024);
            segment.TouchAhead();
        }

        Assert.That(asked[0], Is.InRange(100, 128), "in the middle of the first 256 KiB");
        Assert.That(asked[1] - asked[0], Is.InRange(500, 513), "four times as many were touched");
        Assert.That(asked, Has.Count.LessThanOrEqualTo(4));
    }

    [Test]
    public void IsTouchDue_OneAskedFor_NoOtherRecordAsks()
    {
        using var directory = new TemporaryDirectory();
        using var file = MappedFile.Create(Path.Combine(directory.Path, "segment"), Size);
        var segment = new MappedSegment(file, 1, "1", new SegmentHeader(1, 1));
        segment.TouchAhead();
        byte[] record = new byte[RecordSize];
        int asked = 0;
        while (segment.TryAppend(record, out int offset))
            asked += segment.IsTouchDue(offset, RecordSize) ? 1 : 0;

        Assert.That(asked, Is.EqualTo(1), "the thread is woken once");
    }
}
