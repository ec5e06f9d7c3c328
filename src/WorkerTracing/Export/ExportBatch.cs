using System.Diagnostics;

namespace WorkerTracing;

/// <summary>
/// The spans of one export, in the order of their queue positions. Each export thread has one and reuses it. Its thread alone writes it;
/// while it is in flight, other threads read its spans' traces and positions under the pipeline's lock.
/// </summary>
internal sealed class ExportBatch(int capacity)
{
    private readonly SegmentDelivery?[] _deliveries = new SegmentDelivery?[capacity];
    private readonly long[] _positions = new long[capacity];
    private readonly ExportOutcome[] _outcomes = new ExportOutcome[capacity];

    public Activity[] Spans { get; } = new Activity[capacity];

    public int Count { get; private set; }

    /// <summary>Gets the flushes that this thread has answered and must release outside the pipeline's lock.</summary>
    public List<FlushRequest> Answered { get; } = [];

    public bool IsFull => Count == Spans.Length;

    /// <summary>When the export began.</summary>
    public long Started { get; set; }

    /// <summary>Whether the batch holds suspects of <see cref="ExportRetry"/>.</summary>
    public bool HoldsSuspects { get; set; }

    /// <summary>The one span of the batch, where it is sent alone because it failed alone before.</summary>
    public IsolatedSpan? Isolated { get; set; }

    /// <summary>
    /// The number of rejected spans among those that are <see cref="ExportOutcome.Unconfirmed"/>.
    /// </summary>
    public int Rejected { get; set; }

    /// <summary>How many spans have their outcome on the counts of their traces.</summary>
    public int Settled { get; set; }

    public long FirstPosition => _positions[0];

    public Span<ExportOutcome> Outcomes => _outcomes.AsSpan(0, Count);

    public SegmentDelivery? Delivery(int index) => _deliveries[index];

    public long Position(int index) => _positions[index];

    public void Add(Activity span, SegmentDelivery? delivery, long position)
    {
        Spans.AsSpan()[Count] = span; // an element of the array itself would be type-checked: Activity is not sealed
        _deliveries[Count] = delivery;
        _positions[Count] = position;
        _outcomes[Count] = ExportOutcome.Dropped;
        Count++;
    }

    /// <summary>Returns how many of the spans are at a position below <paramref name="target"/>.</summary>
    public int CountBelow(long target)
    {
        int index = Array.BinarySearch(_positions, 0, Count, target);
        return index >= 0 ? index : ~index;
    }

    /// <summary>Lowers the first pending position of each trace that a flush waits for.</summary>
    public void FindFirstPending()
    {
        for (int i = 0; i < Count; i++)
            _deliveries[i]?.FindFirstPending(_positions[i]);
    }

    public void ReleaseAnswered()
    {
        foreach (FlushRequest request in Answered)
            request.Release();
        Answered.Clear();
    }

    public void Clear()
    {
        Array.Clear(Spans, 0, Count);
        Array.Clear(_deliveries, 0, Count);
        Count = 0;
        Rejected = 0;
        Settled = 0;
        HoldsSuspects = false;
        Isolated = null;
    }
}
