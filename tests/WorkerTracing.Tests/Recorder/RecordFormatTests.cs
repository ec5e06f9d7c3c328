using System.Diagnostics;
using System.Text;

namespace WorkerTracing.Tests;

internal sealed class RecordFormatTests
{
    private const ulong Salt = 0x0123456789ABCDEF;

    // The check value of the catalogue of CRC algorithms, and the first two examples of RFC 3720, appendix B.4.
    [TestCase("313233343536373839", 0xE3069283u)]
    [TestCase("0000000000000000000000000000000000000000000000000000000000000000", 0x8A9136AAu)]
    [TestCase("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", 0x62A8AB43u)]
    [TestCase("", 0u)]
    public void Checksum_PublishedExample_IsRight(string hex, uint expected) =>
        Assert.That(RecordChecksum.Of(Convert.FromHexString(hex)), Is.EqualTo(expected));

    [Test]
    public void Header_WrittenAndRead_IsTheSame()
    {
        var header = new RecordHeader(
            RecordKind.Span, 17, ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), new DateTime(2026, 1, 2, 3, 4, 5));

        byte[] record = Record("content", 128, header);

        Assert.That(RecordFormat.ReadHeader(record), Is.EqualTo(header));
        Assert.That(RecordFormat.State(record), Is.EqualTo(RecordState.Queued));
        Assert.That(RecordFormat.ContentLength(record, Salt), Is.EqualTo(7));
        Assert.That(RecordFormat.IsValid(record, 128), Is.True);
    }

    [Test]
    public void IsValid_AnyBitButThoseOfTheState_MakesItFalse()
    {
        byte[] record = Record("content", 128);
        for (int bit = 0; bit < record.Length * 8; bit++)
        {
            byte[] damaged = [.. record];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));

            bool isRecord = RecordFormat.ContentLength(damaged, Salt) == 7 && RecordFormat.IsValid(damaged, 128);

            bool isUnused = bit / 8 is RecordFormat.StateOffset or >= 60 and < 64;
            Assert.That(isRecord, Is.EqualTo(isUnused), $"bit {bit}");
        }
    }

    [Test]
    public void IsValid_RecordAtAnotherPlace_IsFalse() => Assert.That(RecordFormat.IsValid(Record("content", 128), 136), Is.False);

    [Test]
    public void Scan_RecordsOfAnEarlierUse_AreSkipped()
    {
        byte[] file = new byte[1024];
        Record("earlier", 64).CopyTo(file, 64);

        Assert.That(Texts(file, Salt + 1), Is.Empty);
        Assert.That(Texts(file, Salt), Is.EqualTo(["earlier"]));
    }

    [Test]
    public void Scan_TornRecord_GoesOnWithTheNext()
    {
        byte[] file = new byte[1024];
        Record("first", 64).CopyTo(file, 64);
        Record("torn", 160).AsSpan(0, 30).CopyTo(file.AsSpan(160));
        Record("last", 512).CopyTo(file, 512);

        Assert.That(Texts(file, Salt), Is.EqualTo(["first", "last"]));
    }

    [TestCase(int.MaxValue)]
    [TestCase(-1)]
    [TestCase(int.MinValue)]
    [TestCase(900)]
    public void Scan_DamagedLength_GoesOnWithTheNext(int length)
    {
        byte[] file = new byte[1024];
        Record("first", 64).CopyTo(file, 64);
        BitConverter.TryWriteBytes(file.AsSpan(68), length);
        Record("last", 160).CopyTo(file, 160);

        Assert.That(Texts(file, Salt), Is.EqualTo(["last"]));
    }

    [TestCase(0)]
    [TestCase(63)]
    [TestCase(64)]
    [TestCase(127)]
    [TestCase(130)]
    public void Scan_FileThatEndsEarly_FindsWhatIsWhole(int length)
    {
        byte[] file = new byte[1024];
        Record("first", 64).CopyTo(file, 64);

        Assert.That(Texts(file.AsSpan(0, length), Salt), Is.Empty);
    }

    [Test]
    public void SegmentHeader_OneCopyDamaged_IsReadFromTheOther()
    {
        byte[] file = new byte[1024];
        var header = new SegmentHeader(Salt, 5);
        header.Write(file);
        foreach (int place in new[] { 3, 1020 - 40 })
        {
            byte[] damaged = [.. file];
            damaged[place] ^= 4;
            Assert.That(SegmentHeader.TryRead(damaged, out SegmentHeader read, out ushort version), Is.True);
            Assert.That(read, Is.EqualTo(header));
            Assert.That(version, Is.EqualTo(SegmentHeader.Version));
        }
    }

    private static string[] Texts(ReadOnlySpan<byte> file, ulong salt)
    {
        var texts = new List<string>();
        var scan = new RecordScan(file, salt, SegmentHeader.Size);
        while (scan.MoveNext())
            texts.Add(Encoding.UTF8.GetString(scan.Record[RecordFormat.HeaderSize..]));
        return [.. texts];
    }

    private static byte[] Record(string content, int offset, RecordHeader? header = null)
    {
        byte[] record = [.. new byte[RecordFormat.HeaderSize], .. Encoding.UTF8.GetBytes(content)];
        RecordFormat.WriteHeader(record, header ?? new RecordHeader(RecordKind.Span, 0, default, default, default), RecordState.Queued);
        RecordFormat.Place(record, Salt, offset);
        return record;
    }
}
