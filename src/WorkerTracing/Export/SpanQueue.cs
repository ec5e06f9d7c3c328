using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;

namespace WorkerTracing;

/// <summary>
/// A bounded ring of ended spans. Any number of threads add, without a lock and without allocating; one at a time takes. Each span has a
/// position, counted from the first span ever added, so "everything that ended before now" is "everything below <see cref="Tail"/>".
/// </summary>
/// <param name="capacity">How many spans fit.</param>
/// <param name="isRecorded">Whether the spans have records in a flight recorder.</param>
internal sealed class SpanQueue(int capacity, bool isRecorded)
{
    private readonly int _mask = (int)BitOperations.RoundUpToPowerOf2((uint)capacity) - 1;
    private Activity?[]? _slots;
    private QueuedRecord[]? _records; // the record of the span in the same place
    private Cursors _cursors;
    private int _capacity = capacity;

    /// <summary>The position that the next span gets.</summary>
    public long Tail => Volatile.Read(ref _cursors.Tail);

    /// <summary>The position of the next span to take.</summary>
    public long Head => Volatile.Read(ref _cursors.Head);

    public int Count => (int)(Tail - Head);

    /// <summary>
    /// How many spans fit. May shrink and grow again, up to the first value: spans that a pipeline keeps elsewhere take up room too.
    /// </summary>
    public int Capacity
    {
        get => Volatile.Read(ref _capacity);
        set => Volatile.Write(ref _capacity, value);
    }

    /// <param name="span">The span to add.</param>
    /// <param name="record">Its record in the flight recorder.</param>
    /// <param name="count">How many spans wait, this one included.</param>
    /// <returns>False when the queue is full.</returns>
    public bool TryAdd(Activity span, in QueuedRecord record, out int count)
    {
        while (true)
        {
            long tail = Volatile.Read(ref _cursors.Tail);
            count = (int)(tail - Volatile.Read(ref _cursors.Head)) + 1;
            if (count > Volatile.Read(ref _capacity))
                return false;
            Activity?[] slots = Volatile.Read(ref _slots) ?? MakeSlots();
            if (Interlocked.CompareExchange(ref _cursors.Tail, tail + 1, tail) != tail)
                continue;
            if (isRecorded)
                _records![tail & _mask] = record;
            Volatile.Write(ref slots[tail & _mask], span);
            return true;
        }
    }

    /// <summary>Takes the oldest span, and what was added with it. One thread at a time.</summary>
    /// <returns>False when the queue is empty, or when the next span's thread has its position but has not yet written it.</returns>
    public bool TryTake(out Activity span, out QueuedRecord record, out long position)
    {
        position = _cursors.Head;
        span = null!;
        record = default;
        if (Volatile.Read(ref _slots) is not { } slots)
            return false;
        ref Activity? slot = ref slots[position & _mask];
        span = Volatile.Read(ref slot)!;
        if (span is null)
            return false;
        slot = null;
        if (isRecorded)
            (record, _records![position & _mask]) = (_records[position & _mask], default);
        Volatile.Write(ref _cursors.Head, position + 1);
        return true;
    }

    /// <summary>Returns true if the span is queued. Looks at every place.</summary>
    public bool Contains(Activity span) => Volatile.Read(ref _slots) is { } slots && Array.IndexOf(slots, span) >= 0;

    /// <summary>A processor that never gets a span never takes the memory for them.</summary>
    private Activity?[] MakeSlots()
    {
        if (isRecorded)
            Interlocked.CompareExchange(ref _records, new QueuedRecord[_mask + 1], null);
        Interlocked.CompareExchange(ref _slots, new Activity?[_mask + 1], null);
        return _slots;
    }

    /// <summary>Two counters on cache lines of their own: threads that add write the one, the thread that takes writes the other.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 384)]
    private struct Cursors
    {
        [FieldOffset(128)]
        public long Tail;

        [FieldOffset(256)]
        public long Head;
    }
}
