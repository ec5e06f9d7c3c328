using System.Diagnostics;

namespace WorkerTracing;

/// <summary>
/// One use of a file of this process: records are appended by any thread, without a lock. A file whose records are all done is used again
/// by another object, with another salt.
/// </summary>
internal sealed unsafe class MappedSegment : RecordSegment
{
    private const long OneRecord = 1L << 32;
    private const int Sealed = int.MaxValue;
    private const int LeastAhead = 256 * 1024;
    private const int AheadGrowth = 4;

    private readonly MappedFile _file;
    private readonly int _end;
    private bool _isUsed; // written by the thread that makes it the current one
    private int _ahead = LeastAhead; // written by the recorder's thread: how many bytes behind the last record it has made writable
    private int _touchAt = LeastAhead / 2; // written by the recorder's thread: records there ask for more
    private int _oldestPlace = SegmentHeader.Size; // written under the lock of RecordSegments: all records in front of it are done
    private long _declared; // bits by exporter; written under the lock of SegmentLog
    private long _word = SegmentHeader.Size; // changed by any thread: records that are not done, and the end of the last one

    /// <param name="file">A file that no other segment uses any more.</param>
    /// <param name="id">The number of this use.</param>
    /// <param name="order">The place among all segments.</param>
    /// <param name="header">The header of this use.</param>
    public MappedSegment(MappedFile file, long id, string order, SegmentHeader header)
        : base(id, order)
    {
        _file = file;
        _end = file.Size - SegmentHeader.Size;
        Salt = header.Salt;
        header.Write(file.Bytes);
    }

    public MappedFile File => _file;

    /// <summary>Gets or sets whether records are, or were, appended to it. A spare one is not used yet.</summary>
    public bool IsUsed
    {
        get => Volatile.Read(ref _isUsed);
        set => Volatile.Write(ref _isUsed, value);
    }

    public override ulong Salt { get; }

    public override int Pending => (int)(Volatile.Read(ref _word) >> 32);

    /// <summary>Gets the end of the last record.</summary>
    public int Tail => Math.Min((int)Volatile.Read(ref _word), _end);

    /// <summary>Gets the size of the largest record that an empty segment holds.</summary>
    public static int CapacityOf(int fileSize) => fileSize - (2 * SegmentHeader.Size);

    public bool Declares(RecordedExporter exporter) => (Volatile.Read(ref _declared) & (1L << exporter.Index)) != 0;

    public void SetDeclared(RecordedExporter exporter) => Volatile.Write(ref _declared, _declared | (1L << exporter.Index));

    /// <summary>Appends a record. It is not done, and survives the process from the return on.</summary>
    /// <returns>False where it does not fit.</returns>
    public bool TryAppend(Span<byte> record, out int offset)
    {
        int size = RecordFormat.Align(record.Length);
        offset = 0;
        if (!Fits((int)Volatile.Read(ref _word), size))
            return false;
        long word = Interlocked.Add(ref _word, OneRecord + size);
        offset = (int)word - size;
        if (!Fits(offset, size))
        {
            Interlocked.Add(ref _word, -OneRecord);
            return false;
        }

        RecordFormat.Place(record, Salt, offset);
        byte* target = _file.Pointer + offset;
        record[sizeof(long)..].CopyTo(new Span<byte>(target + sizeof(long), record.Length - sizeof(long)));
        // Magic and length make it a record: written last, in one.
        Volatile.Write(ref *(long*)target, BitConverter.ToInt64(record));
        GC.KeepAlive(this);
        return true;
    }

    /// <summary>Ends the use of the file if all of its records are done. No record can be appended after it.</summary>
    public bool TrySeal()
    {
        long word = Volatile.Read(ref _word);
        return word >> 32 == 0 && Interlocked.CompareExchange(ref _word, Sealed, word) == word;
    }

    /// <summary>
    /// Makes the pages that the next records will fill writable: the system takes that from pages that it has written back. Further ahead
    /// while records come faster than the calls.
    /// </summary>
    public void TouchAhead()
    {
        int tail = Tail;
        _ahead = tail >= _touchAt ? Math.Min(AheadGrowth * _ahead, _file.Size) : LeastAhead;
        _file.Touch(tail, _ahead);
        Volatile.Write(ref _touchAt, tail + (_ahead / 2));
    }

    /// <summary>Returns true for the one record behind which <see cref="TouchAhead"/> is to be called.</summary>
    public bool IsTouchDue(int offset, int length) => Volatile.Read(ref _touchAt) is var at && offset < at && offset + length >= at;

    public override ReadOnlySpan<byte> Read() => _file.Bytes[..Tail];

    public override DateTime? FindOldest()
    {
        var scan = new RecordScan(Read(), Salt, _oldestPlace);
        bool isWhole = true; // no record in front of the present one is still being written
        int expected = _oldestPlace;
        while (scan.MoveNext())
        {
            if (RecordFormat.State(scan.Record) != RecordState.Done)
                return RecordFormat.Time(scan.Record);
            isWhole &= scan.Offset == expected;
            expected = scan.Next;
            if (isWhole)
                _oldestPlace = expected;
        }

        return null;
    }

    public override int IndexOf(RecordedExporter exporter) => exporter.Index;

    public override ReadOnlyMemory<byte> ResourceOf(RecordedExporter exporter) => exporter.Resource;

    public override bool TryChange(int offset, RecordState from, RecordState to)
    {
        Debug.Assert(offset >= SegmentHeader.Size && offset <= _end - RecordFormat.HeaderSize, "not the place of a record");
        if (!TryEnter())
            return false;
        ref byte state = ref _file.Pointer[offset + RecordFormat.StateOffset];
        bool changed = Interlocked.CompareExchange(ref state, (byte)to, (byte)from) == (byte)from;
        CountDone();
        GC.KeepAlive(this);
        return changed;
    }

    public override int CountDone() => (int)(Interlocked.Add(ref _word, -OneRecord) >> 32);

    /// <summary>Counts as a record, so that the file is not given up under a caller whose own record is done already.</summary>
    private bool TryEnter()
    {
        if ((int)Interlocked.Add(ref _word, OneRecord) != Sealed)
            return true;
        CountDone();
        return false;
    }

    private bool Fits(int offset, int size) => (uint)offset <= (uint)_end && size <= _end - offset;
}
