using System.Buffers;
using System.Diagnostics;

namespace WorkerTracing;

/// <summary>
/// A file of records that a process has left. It is read and written by system calls, not mapped: a disk that fails is an exception here,
/// and would end the process there.
/// </summary>
internal sealed class AdoptedSegment : RecordSegment, IDisposable
{
    private readonly Lock _sync = new();
    private readonly FileStream _file;
    private readonly AdoptedExporters _exporters;
    private byte[]? _loaded; // written under the lock of RecordSegments and _sync
    private int _length; // written with _loaded
    private int _pending; // changed by any thread
    private DateTime _oldest = DateTime.MaxValue; // written by Recover

    public AdoptedSegment(long id, string order, FileStream file, ulong salt, AdoptedExporters exporters)
        : base(id, order)
    {
        _file = file;
        _exporters = exporters;
        Salt = salt;
        Path = file.Name;
    }

    public string Path { get; }

    public override ulong Salt { get; }

    public override int Pending => Volatile.Read(ref _pending);

    public long Length => _file.Length;

    /// <summary>Takes stock of the records, and makes those that are not done unqueued. Gives back the disk behind the last of them.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="recovery">Takes what was found.</param>
    public void Recover(ReadOnlySpan<byte> bytes, Recovery recovery)
    {
        int end = SegmentHeader.Size;
        var scan = new RecordScan(bytes, Salt, SegmentHeader.Size);
        while (scan.MoveNext())
        {
            if (RecordFormat.Kind(scan.Record) == RecordKind.Exporter && RecordFormat.IsValid(scan.Record, scan.Offset))
                _exporters.Declare(RecordFormat.Exporter(scan.Record), scan.Record[RecordFormat.HeaderSize..]);
            else if (RecordFormat.Kind(scan.Record) != RecordKind.Span || !TryRecover(scan, recovery))
                continue;
            end = scan.Next;
        }

        if (end < bytes.Length)
            _file.SetLength(end);
    }

    /// <summary>Returns true if all records are done, or of exporters that are gone.</summary>
    public bool IsDone(Func<string?, bool> isGone)
    {
        int left = Pending;
        for (int exporter = 0; left > 0 && exporter < MaxExporters; exporter++)
        {
            if (HasUnqueued(exporter) && isGone(_exporters.NameOf(exporter)))
                left -= CountUnqueued(exporter);
        }

        return left <= 0;
    }

    public override ReadOnlySpan<byte> Read()
    {
        if (_loaded is null)
        {
            byte[] bytes = ArrayPool<byte>.Shared.Rent((int)Math.Min(_file.Length, RecoveredFile.MaxLength));
            int length = RecoveredFile.Read(_file, bytes);
            lock (_sync)
            {
                _loaded = bytes;
                _length = length;
            }
        }

        return _loaded.AsSpan(0, _length);
    }

    public override void Unload()
    {
        lock (_sync)
        {
            if (_loaded is not null)
                ArrayPool<byte>.Shared.Return(_loaded);
            _loaded = null;
        }
    }

    /// <summary>Finds the time of the oldest record that was not done when the file was taken over: it is not read again.</summary>
    public override DateTime? FindOldest() => Pending > 0 ? _oldest : null;

    public override int IndexOf(RecordedExporter exporter) => _exporters.IndexOf(exporter.Name);

    public override ReadOnlyMemory<byte> ResourceOf(RecordedExporter exporter) => _exporters.ResourceOf(IndexOf(exporter));

    public override int CountDone() => Interlocked.Decrement(ref _pending);

    /// <summary>Changes the state in the file. A state that cannot be written stays: its span is sent again by another process.</summary>
    public override bool TryChange(int offset, RecordState from, RecordState to)
    {
        Debug.Assert(offset >= SegmentHeader.Size, "not the place of a record");
        int place = offset + RecordFormat.StateOffset;
        Span<byte> state = stackalloc byte[1];
        lock (_sync)
        {
            try
            {
                if (RandomAccess.Read(_file.SafeFileHandle, state, place) != 1 || state[0] != (byte)from)
                    return false;
                state[0] = (byte)to;
                RandomAccess.Write(_file.SafeFileHandle, state, place);
                if (_loaded is not null)
                    _loaded[place] = (byte)to;
                return true;
            }
            catch (Exception exception) when (exception is ObjectDisposedException || RecorderFailure.IsOfDisk(exception))
            {
                return false;
            }
        }
    }

    public void Dispose() => _file.Dispose();

    /// <returns>False where the record is not needed any more.</returns>
    private bool TryRecover(in RecordScan scan, Recovery recovery)
    {
        RecordState state = RecordFormat.State(scan.Record);
        RecordHeader header = RecordFormat.ReadHeader(scan.Record);
        recovery.AddRecord(header);
        if (RecordFormat.IsDone(scan.Record))
            return false;
        if (header.Exporter >= MaxExporters || !RecordFormat.IsValid(scan.Record, scan.Offset))
        {
            recovery.Damaged++;
            TryChange(scan.Offset, state, RecordState.Done);
            return false;
        }

        if (state != RecordState.Unqueued && !TryChange(scan.Offset, state, RecordState.Unqueued))
            return false;
        _pending++;
        if (header.Time < _oldest)
            _oldest = header.Time;
        AddUnqueued(header.Exporter, 1);
        recovery.Unqueued++;
        return true;
    }
}
