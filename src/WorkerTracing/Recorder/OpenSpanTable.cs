using System.Diagnostics;
using System.Security.Cryptography;

namespace WorkerTracing;

/// <summary>
/// A file of the spans that are open: their records are added, and removed in any order. A record takes a run of units of 512 bytes.
/// Safe for concurrent use.
/// </summary>
internal sealed unsafe class OpenSpanTable
{
    public const int FileSize = 1024 * 1024;
    public const int UnitSize = 512;
    public const int HeartbeatOffset = SegmentHeader.Size;
    public const int FirstUnitOffset = 4096;

    private readonly Lock _sync = new();
    private readonly MappedFile _file;
    private readonly ulong _salt;
    private readonly UnitAllocator _units = new((FileSize - SegmentHeader.Size - FirstUnitOffset) / UnitSize); // under _sync
    private bool _isClosed; // written under _sync

    public OpenSpanTable(MappedFile file)
    {
        _file = file;
        _salt = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        new SegmentHeader(_salt, 0).Write(file.Bytes);
    }

    public string Path => _file.Path;

    public bool IsEmpty
    {
        get
        {
            lock (_sync)
                return _units.Used == 0;
        }
    }

    public bool IsHalfFull
    {
        get
        {
            lock (_sync)
                return _units.Used > _units.Count / 2;
        }
    }

    /// <summary>Adds a record.</summary>
    /// <returns>False where it does not fit.</returns>
    public bool TryAdd(Span<byte> record, out int offset)
    {
        offset = 0;
        int first;
        lock (_sync)
        {
            if (_isClosed || !_units.TryTake(UnitsOf(record.Length), out first))
                return false;
        }

        offset = FirstUnitOffset + (first * UnitSize);
        RecordFormat.Place(record, _salt, offset);
        byte* target = _file.Pointer + offset;
        record[sizeof(long)..].CopyTo(new Span<byte>(target + sizeof(long), record.Length - sizeof(long)));
        Volatile.Write(ref *(long*)target, BitConverter.ToInt64(record));
        GC.KeepAlive(this);
        return true;
    }

    /// <summary>Removes a record.</summary>
    /// <param name="offset">Where it is.</param>
    /// <param name="length">The length that was added.</param>
    public void Remove(int offset, int length)
    {
        lock (_sync)
        {
            Debug.Assert(!_isClosed, "A table with records is not closed.");
            Volatile.Write(ref *(long*)(_file.Pointer + offset), 0); // Without magic and length it is no record.
            _units.Free((offset - FirstUnitOffset) / UnitSize, UnitsOf(length));
        }
    }

    /// <summary>Reads a record, to move it to another table.</summary>
    public void CopyTo(int offset, Span<byte> record) => _file.Bytes.Slice(offset, record.Length).CopyTo(record);

    public void WriteHeartbeat(DateTime now) => Heartbeat.Write(_file.Bytes.Slice(HeartbeatOffset, Heartbeat.Size), now);

    /// <summary>Makes the pages writable, on the thread of the caller rather than on that of a job.</summary>
    public void Touch() => _file.Touch(0, FileSize);

    /// <summary>Deletes the file if no record is in it. None can be added after it.</summary>
    public bool TryDelete()
    {
        lock (_sync)
        {
            if (_units.Used > 0)
                return false;
            _isClosed = true;
            _file.Dispose();
        }

        return RecorderFiles.TryDelete(Path);
    }

    private static int UnitsOf(int length) => (length + UnitSize - 1) / UnitSize;
}
