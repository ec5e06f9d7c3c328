using System.Collections.Concurrent;
using System.Diagnostics;

namespace WorkerTracing;

/// <summary>The segments that hold records: those of this process and those that it has taken over. Finds the one of a handle.</summary>
internal sealed class RecordSegments
{
    private const int OffsetBits = 24;

    private readonly ConcurrentDictionary<long, RecordSegment> _byId = new();
    private readonly SortedList<string, RecordSegment> _ordered = new(StringComparer.Ordinal); // written under Sync
    private long _lastId;

    /// <summary>Held while records are read, so that a segment that is being read is not used again.</summary>
    public Lock Sync { get; } = new();

    /// <summary>Gets the segments, those with the oldest records first.</summary>
    public IList<RecordSegment> Ordered
    {
        get
        {
            Debug.Assert(Sync.IsHeldByCurrentThread, "the lock is not held");
            return _ordered.Values;
        }
    }

    public long NextId() => Interlocked.Increment(ref _lastId);

    public static RecordHandle HandleOf(RecordSegment segment, int offset) =>
        new((segment.Id << OffsetBits) | (uint)(offset / RecordFormat.Alignment));

    public void Add(RecordSegment segment)
    {
        lock (Sync)
            _ordered.Add(segment.Order, segment);
        _byId[segment.Id] = segment;
    }

    public void Remove(RecordSegment segment)
    {
        Debug.Assert(Sync.IsHeldByCurrentThread, "the lock is not held");
        _byId.TryRemove(segment.Id, out _);
        _ordered.Remove(segment.Order);
    }

    /// <summary>Finds the segment of a record.</summary>
    /// <returns>False if all of its records are done.</returns>
    public bool TryFind(RecordHandle handle, out RecordSegment segment, out int offset)
    {
        offset = (int)(handle.Value & ((1 << OffsetBits) - 1)) * RecordFormat.Alignment;
        return _byId.TryGetValue(handle.Value >> OffsetBits, out segment!);
    }
}
