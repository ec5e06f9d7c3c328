using System.Collections.Concurrent;

namespace WorkerTracing;

/// <summary>
/// Appends records to the current segment, and goes on to a prepared one when it is full. Any thread appends, without a lock and without
/// waiting: where no segment is prepared, the record is not kept.
/// </summary>
/// <param name="segmentSize">The size of a file.</param>
/// <param name="wake">Asks for another prepared segment. Does not block.</param>
internal sealed class SegmentLog(int segmentSize, Action wake)
{
    private readonly Lock _declaring = new();
    private readonly ConcurrentStack<MappedSegment> _spares = new();
    private MappedSegment? _current; // changed by threads that find it full, and by the recorder's thread
    private volatile bool _isShort; // written by threads that find no spare segment

    public MappedSegment? Current => Volatile.Read(ref _current);

    public int Spares => _spares.Count;

    /// <summary>Gets whether the last record has found no room.</summary>
    public bool IsShort => _isShort;

    /// <summary>Gets whether records find room. A hint: another thread may take it.</summary>
    public bool HasRoom => Current is not null && !(_isShort && _spares.IsEmpty);

    /// <summary>Gets or sets why there is no prepared segment: an <see cref="UnrecordedReason"/>. Written by the recorder's thread.</summary>
    public string Shortage { get; set; } = UnrecordedReason.Unavailable;

    private int Capacity => MappedSegment.CapacityOf(segmentSize);

    /// <summary>Gets the fill of a segment from which on another is prepared.</summary>
    private int PrepareAt => segmentSize / 4;

    /// <summary>Appends a record.</summary>
    /// <param name="buffer">The content.</param>
    /// <param name="header">The values of its header.</param>
    /// <param name="state">Its first state.</param>
    /// <param name="exporter">The exporter of the record.</param>
    /// <param name="offset">Where in the segment the record is.</param>
    /// <param name="reason">Why it is not recorded: an <see cref="UnrecordedReason"/>.</param>
    /// <returns>The segment; null if the record has found no room.</returns>
    public MappedSegment? Append(
        RecordBuffer buffer, in RecordHeader header, RecordState state, RecordedExporter exporter, out int offset, out string? reason)
    {
        offset = 0;
        reason = null;
        Span<byte> record = buffer.Record;
        if (record.Length > Capacity)
        {
            reason = UnrecordedReason.TooLarge;
            return null;
        }

        RecordFormat.WriteHeader(record, header, state);
        while (Current is { } current)
        {
            if ((current.Declares(exporter) || TryDeclare(current, exporter)) && current.TryAppend(record, out offset))
            {
                if ((offset < PrepareAt && offset + record.Length >= PrepareAt) || current.IsTouchDue(offset, record.Length))
                    wake();
                return current;
            }

            if (!TryAdvance(current))
                break;
        }

        reason = Shortage;
        return null;
    }

    /// <summary>Adds a segment that the log uses when the current one is full.</summary>
    public void AddSpare(MappedSegment segment) => _spares.Push(segment);

    /// <summary>Goes on to a spare segment.</summary>
    /// <param name="full">The segment that the caller has found full; null at the start.</param>
    /// <returns>False if there is none.</returns>
    public bool TryAdvance(MappedSegment? full)
    {
        if (Current != full)
            return true;
        if (!_spares.TryPop(out MappedSegment? spare))
        {
            if (!_isShort)
            {
                _isShort = true;
                wake();
            }

            return false;
        }

        spare.IsUsed = true;
        if (Interlocked.CompareExchange(ref _current, spare, full) == full)
        {
            _isShort = false;
            wake();
        }
        else
        {
            spare.IsUsed = false;
            _spares.Push(spare);
        }

        return true;
    }

    /// <summary>Gives up the segments: nothing is recorded until there are others.</summary>
    /// <param name="shortage">Why: an <see cref="UnrecordedReason"/>.</param>
    public void Clear(string shortage)
    {
        Shortage = shortage;
        _spares.Clear();
        Interlocked.Exchange(ref _current, null);
        _spares.Clear(); // a thread may have put one back
    }

    /// <summary>Declares an exporter before it has a record, where there is room.</summary>
    public void EnsureDeclared(RecordedExporter exporter)
    {
        if (Current is { } current && !current.Declares(exporter))
            TryDeclare(current, exporter);
    }

    /// <summary>Declares an exporter in a segment, in front of its first record there.</summary>
    public bool TryDeclare(MappedSegment segment, RecordedExporter exporter)
    {
        lock (_declaring)
        {
            if (segment.Declares(exporter))
                return true;
            var buffer = RecordBuffer.Rent();
            try
            {
                ExporterRecord.Write(exporter, buffer);
                RecordFormat.WriteHeader(
                    buffer.Record, new RecordHeader(RecordKind.Exporter, exporter.Index, default, default, default), RecordState.Done);
                if (!segment.TryAppend(buffer.Record, out _))
                    return false;
                segment.SetDeclared(exporter);
                segment.CountDone();
                return true;
            }
            finally
            {
                buffer.Return();
            }
        }
    }
}
