namespace WorkerTracing;

/// <summary>
/// A file of records, of this process or of one that has ended. Counts the records that no queue holds, by exporter, and remembers where the
/// first of them may be.
/// </summary>
internal abstract class RecordSegment
{
    /// <summary>The most exporters of a process that are recorded.</summary>
    public const int MaxExporters = 64;

    private readonly int[] _unqueued = new int[MaxExporters]; // changed by any thread
    private readonly int[] _cursors = new int[MaxExporters]; // changed by any thread: no unqueued record is in front of it

    protected RecordSegment(long id, string order)
    {
        Id = id;
        Order = order;
        Array.Fill(_cursors, SegmentHeader.Size);
    }

    /// <summary>Gets a number that no other use of a file in the process has.</summary>
    public long Id { get; }

    /// <summary>Gets the place of the segment among all: the oldest is the smallest.</summary>
    public string Order { get; }

    public abstract ulong Salt { get; }

    /// <summary>Gets the number of records that are not done.</summary>
    public abstract int Pending { get; }

    /// <summary>Reads the file, up to the end of its records. The caller holds the lock of <see cref="RecordSegments"/>.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public abstract ReadOnlySpan<byte> Read();

    /// <summary>Finds the time of the oldest record that is not done. The caller holds the lock of <see cref="RecordSegments"/>.</summary>
    public abstract DateTime? FindOldest();

    /// <summary>Gives back the memory that <see cref="Read"/> has taken.</summary>
    public virtual void Unload()
    {
    }

    /// <summary>Returns the index that an exporter has in this file; negative if it has none.</summary>
    public abstract int IndexOf(RecordedExporter exporter);

    /// <summary>Returns the resource of the process that has written the file.</summary>
    public abstract ReadOnlyMemory<byte> ResourceOf(RecordedExporter exporter);

    public bool HasUnqueued(int exporter) => CountUnqueued(exporter) > 0;

    public int CountUnqueued(int exporter) => Volatile.Read(ref _unqueued[exporter]);

    /// <summary>Adds to the number of unqueued records of an exporter.</summary>
    public void AddUnqueued(int exporter, int count) => Interlocked.Add(ref _unqueued[exporter], count);

    /// <summary>Takes the place at which to look for unqueued records. The taker gives a place back.</summary>
    public int TakeCursor(int exporter) => Interlocked.Exchange(ref _cursors[exporter], int.MaxValue);

    /// <summary>Sets the place at which to look, unless an earlier one is set.</summary>
    public void MoveCursorBack(int exporter, int offset)
    {
        int seen = Volatile.Read(ref _cursors[exporter]);
        while (offset < seen)
        {
            int before = Interlocked.CompareExchange(ref _cursors[exporter], offset, seen);
            if (before == seen)
                return;
            seen = before;
        }
    }

    /// <summary>Changes the state of a record where it has the expected one.</summary>
    public abstract bool TryChange(int offset, RecordState from, RecordState to);

    /// <summary>Counts a record that was changed to done.</summary>
    /// <returns>How many are not done yet.</returns>
    public abstract int CountDone();
}
