namespace WorkerTracing;

/// <summary>The sub-directory of this process: its lease, and its files. The caller holds the recorder's lock.</summary>
internal sealed class OwnDirectory
{
    private readonly DirectoryLease _lease;
    private readonly SegmentSupply _supply;

    private OwnDirectory(DirectoryLease lease, SegmentSupply supply)
    {
        _lease = lease;
        _supply = supply;
    }

    /// <summary>Gets whether the directory is still there. False when someone has deleted it.</summary>
    public bool Exists => _lease.Exists;

    /// <summary>Gets whether records that are not done are left.</summary>
    public bool HasRecords => _supply.HasSegments;

    /// <summary>Makes a sub-directory.</summary>
    /// <exception cref="IOException">The disk is full, or cannot be written.</exception>
    public static OwnDirectory Create(string root, DateTimeOffset now, Func<string, SegmentSupply> supply)
    {
        var lease = DirectoryLease.Create(root, now);
        return new OwnDirectory(lease, supply(lease.DirectoryPath));
    }

    public void Tend() => _supply.Tend();

    /// <summary>Deletes the files whose records are all done, and the directory if nothing is left. Gives up the lease.</summary>
    public void Close()
    {
        _supply.Retire(keep: false);
        if (_supply.HasSegments)
            _lease.Dispose();
        else
            _lease.DeleteDirectory();
    }

    /// <summary>Deletes the files whose records are all done, of a directory that the process has given up.</summary>
    public void Retire() => _supply.Retire(keep: false);
}
