using System.Diagnostics;

namespace WorkerTracing;

/// <summary>The spans of one export, in the order of their queue positions. Each export thread has one and uses it again.</summary>
internal sealed class ExportBatch(int capacity)
{
    private readonly SegmentDelivery?[] _accounts = new SegmentDelivery?[capacity];
    private readonly long[] _positions = new long[capacity];
    private readonly ExportOutcome[] _outcomes = new ExportOutcome[capacity];

    public Activity[] Spans { get; } = new Activity[capacity];

    public int Count { get; private set; }

    /// <summary>Flushes that this thread has answered and is about to release, outside the pipeline's lock.</summary>
    public List<FlushRequest> Answered { get; } = [];

    public bool IsFull => Count == Spans.Length;

    /// <summary>When the export began.</summary>
    public long Started { get; set; }

    /// <summary>
    /// The number of rejected spans among those that are <see cref="ExportOutcome.Unconfirmed"/>. Written by the export thread.
    /// </summary>
    public int Rejected { get; set; }

    public long FirstPosition => _positions[0];

    public Span<ExportOutcome> Outcomes => _outcomes.AsSpan(0, Count);

    public SegmentDelivery? Account(int index) => _accounts[index];

    public long Position(int index) => _positions[index];

    public void Add(Activity span, SegmentDelivery? account, long position)
    {
        Spans[Count] = span;
        _accounts[Count] = account;
        _positions[Count] = position;
        _outcomes[Count] = ExportOutcome.Dropped;
        Count++;
    }

    /// <summary>How many of the spans are at a position below <paramref name="target"/>.</summary>
    public int CountBelow(long target)
    {
        int index = Array.BinarySearch(_positions, 0, Count, target);
        return index >= 0 ? index : ~index;
    }

    /// <summary>Lowers the first pending position of each trace that a flush waits for.</summary>
    public void FindFirstPending()
    {
        for (int i = 0; i < Count; i++)
            _accounts[i]?.FindFirstPending(_positions[i]);
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
        Array.Clear(_accounts, 0, Count);
        Count = 0;
        Rejected = 0;
    }
}
