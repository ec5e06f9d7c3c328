namespace WorkerTracing;

/// <summary>The sub-directory of this process: its lease, its segments and its tables of open spans. The caller holds a lock.</summary>
internal sealed class OwnDirectory
{
    private readonly DirectoryLease _lease;
    private readonly SegmentSupply _segments;
    private readonly OpenSpanStore _openSpans;
    private readonly DiskUse _use;
    private int _tables;

    private OwnDirectory(DirectoryLease lease, SegmentSupply segments, OpenSpanStore openSpans, DiskUse use)
    {
        _lease = lease;
        _segments = segments;
        _openSpans = openSpans;
        _use = use;
    }

    /// <summary>Gets whether the directory is still there. False when someone has deleted it.</summary>
    public bool Exists => _lease.Exists;

    /// <summary>Gets whether records that are not done are left.</summary>
    public bool HasRecords => _segments.HasSegments;

    /// <summary>Makes a sub-directory.</summary>
    /// <exception cref="IOException">The disk is full, or cannot be written.</exception>
    public static OwnDirectory Create(
        string root, DateTimeOffset now, Func<string, SegmentSupply> segments, OpenSpanStore openSpans, DiskUse use)
    {
        var lease = DirectoryLease.Create(root, now);
        return new OwnDirectory(lease, segments(lease.DirectoryPath), openSpans, use);
    }

    /// <summary>Prepares what will be needed, and gives up what is not needed any more.</summary>
    /// <param name="mayCreate">Whether files may be made. False for a while after the disk has refused one.</param>
    /// <exception cref="IOException">The disk is full, or cannot be written.</exception>
    public void Tend(bool mayCreate)
    {
        try
        {
            _segments.Tend(mayCreate);
        }
        finally
        {
            if (mayCreate && _openSpans.NeedsTable)
                AddTable();
        }
    }

    /// <summary>Deletes the files whose records are all done, and the directory if nothing is left. Gives up the lease.</summary>
    public void Close()
    {
        // The tables of open spans have no names of exporters. The segments have.
        bool hasOpenSpans = !_openSpans.Close();
        _segments.Retire(keep: false, leaveOne: hasOpenSpans);
        if (_segments.HasSegments || hasOpenSpans)
            _lease.Dispose();
        else
            _lease.DeleteDirectory();
    }

    /// <summary>Gives up the directory, which was deleted by someone. Its records stay in memory until they are done.</summary>
    public void Leave()
    {
        _openSpans.Clear();
        _use.Release((long)_tables * OpenSpanTable.FileSize);
        _lease.Dispose();
    }

    /// <summary>Deletes the files whose records are all done, of a directory that was given up.</summary>
    public void Retire() => _segments.Retire(keep: false);

    private void AddTable()
    {
        if (!_use.TryReserve(OpenSpanTable.FileSize))
            return;
        try
        {
            string path = Path.Combine(_lease.DirectoryPath, $"{_tables + 1:x8}{RecorderFiles.OpenSpansExtension}");
            _openSpans.AddTable(MappedFile.Create(path, OpenSpanTable.FileSize));
            _tables++;
        }
        catch
        {
            _use.Release(OpenSpanTable.FileSize);
            throw;
        }
    }
}
