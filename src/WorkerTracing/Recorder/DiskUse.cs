namespace WorkerTracing;

/// <summary>Counts the bytes of the files of a recorder, its own and those that it has taken over. Safe for concurrent use.</summary>
internal sealed class DiskUse(long max)
{
    private long _bytes;

    public long Bytes => Volatile.Read(ref _bytes);

    public long Max { get; } = max;

    /// <summary>Counts a file that is about to be made.</summary>
    /// <returns>False if the files would be larger than the maximum. Then nothing is counted.</returns>
    public bool TryReserve(long bytes)
    {
        if (Interlocked.Add(ref _bytes, bytes) <= Max)
            return true;
        Release(bytes);
        return false;
    }

    /// <summary>Counts files that are there already.</summary>
    public void Add(long bytes) => Interlocked.Add(ref _bytes, bytes);

    public void Release(long bytes) => Interlocked.Add(ref _bytes, -bytes);
}
