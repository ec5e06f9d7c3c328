using System.Security.Cryptography;

namespace WorkerTracing;

/// <summary>
/// The files of the segments of one sub-directory. Prepares segments before they are needed, on the recorder's thread, and uses those again
/// whose records are all done. The caller holds the recorder's lock.
/// </summary>
internal sealed class SegmentSupply(
    string directory,
    int segmentSize,
    RecordSegments segments,
    RecordedExporters exporters,
    SegmentLog log,
    DiskUse use)
{
    /// <summary>The most prepared segments, after the log has once found none.</summary>
    private const int MaxSpares = 2;

    private readonly List<MappedSegment> _segments = [];
    private int _target = 1;
    private long _sequence;

    /// <summary>Gets whether a segment with records that are not done is left.</summary>
    public bool HasSegments => _segments.Count > 0;

    /// <summary>Gets whether there is no current segment, or a quarter of it is used.</summary>
    private bool NeedsSpare => log.Current is not { } current || current.Tail > segmentSize / 4;

    /// <summary>Prepares what will be needed, and gives up what is not needed any more.</summary>
    /// <param name="mayCreate">Whether files may be made. False for a while after the disk has refused one.</param>
    /// <exception cref="IOException">The disk is full, or cannot be written.</exception>
    public void Tend(bool mayCreate)
    {
        if (log.IsShort && log.Current is not null && log.Shortage == UnrecordedReason.NotPrepared)
            _target = MaxSpares;
        TouchAhead(); // first: to make a file takes milliseconds
        Retire(keep: true);
        try
        {
            while (mayCreate && NeedsSpare && log.Spares < _target && TryPrepare())
            {
                if (log.Current is null)
                    log.TryAdvance(null);
            }
        }
        finally
        {
            TouchAhead();
        }
    }

    /// <summary>Ends the use of segments whose records are all done.</summary>
    /// <param name="keep">Whether to use the files again. If not, they are deleted.</param>
    /// <param name="leaveOne">Whether to leave the last one that was used as it is.</param>
    public void Retire(bool keep, bool leaveOne = false)
    {
        MappedSegment? left = leaveOne ? _segments.FindLast(static segment => segment.IsUsed) : null;
        for (int i = _segments.Count - 1; i >= 0; i--)
        {
            MappedSegment segment = _segments[i];
            // The current one is used again only where it is full and no other can be made.
            bool isInUse = keep && (segment == log.Current ? !log.IsShort || log.Spares > 0 : !segment.IsUsed);
            if (isInUse || segment == left || !TryEnd(segment))
                continue;
            _segments.RemoveAt(i);
            if (keep && log.Spares < MaxSpares)
            {
                Add(segment.File);
                continue;
            }

            Delete(segment.File);
        }
    }

    /// <summary>Makes the pages writable that come next: of the current segment, and of those that follow it.</summary>
    private void TouchAhead()
    {
        log.Current?.TouchAhead();
        foreach (MappedSegment segment in _segments)
        {
            if (!segment.IsUsed)
                segment.TouchAhead();
        }
    }

    private bool TryEnd(MappedSegment segment)
    {
        lock (segments.Sync)
        {
            if (!segment.TrySeal())
                return false;
            segments.Remove(segment);
            return true;
        }
    }

    private bool TryPrepare()
    {
        if (!use.TryReserve(segmentSize))
        {
            log.Shortage = UnrecordedReason.MaxBytes;
            return false;
        }

        try
        {
            Add(MappedFile.Create(Path.Combine(directory, $"{++_sequence:x8}{RecorderFiles.SegmentExtension}"), segmentSize));
            return true;
        }
        catch
        {
            use.Release(segmentSize);
            log.Shortage = UnrecordedReason.Unavailable;
            throw;
        }
    }

    private void Add(MappedFile file)
    {
        long id = segments.NextId();
        var header = new SegmentHeader(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))), id);
        var segment = new MappedSegment(file, id, $"own/{id:x16}", header);
        foreach (RecordedExporter exporter in exporters.WithResource)
            log.TryDeclare(segment, exporter);
        _segments.Add(segment);
        segments.Add(segment);
        log.Shortage = UnrecordedReason.NotPrepared;
        log.AddSpare(segment);
    }

    private void Delete(MappedFile file)
    {
        file.Dispose();
        RecorderFiles.TryDelete(file.Path);
        use.Release(file.Size);
    }
}
