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
    private RecordHandle[]? _records; // made for the first span that has a record

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

    /// <summary>Gets whether the export sends records of the flight recorder in place of spans.</summary>
    public bool IsReadBack { get; private set; }

    /// <summary>Gets the records that are sent. Written by the batch's thread.</summary>
    public List<TakenRecord> ReadBack { get; } = [];

    /// <summary>Gets how many records are read at most.</summary>
    public int ReadLimit { get; private set; }

    /// <summary>Gets the one record of the batch, where it is sent alone because it failed alone before.</summary>
    public IsolatedRecord? IsolatedRecord { get; private set; }

    /// <summary>Gets whether there is nothing to send.</summary>
    public bool IsEmpty => Count == 0 && !IsReadBack;

    /// <summary>What the exporter knows beside the outcomes.</summary>
    public ExportDetails Details { get; set; }

    /// <summary>Gets how many of the spans are passed to the exporter for the first time.</summary>
    public int NewSpans { get; private set; }

    /// <summary>How many spans have their outcome on the counts of their traces.</summary>
    public int Settled { get; set; }

    public long FirstPosition => Count == 0 ? long.MaxValue : _positions[0];

    public Span<ExportOutcome> Outcomes => _outcomes.AsSpan(0, Count + ReadBack.Count);

    public SegmentDelivery? Delivery(int index) => _deliveries[index];

    public long Position(int index) => _positions[index];

    /// <summary>Returns the record of the span at <paramref name="index"/> in the flight recorder.</summary>
    public RecordHandle Record(int index) => _records is null ? default : _records[index];

    /// <summary>Adds a span that is passed to the exporter for the first time.</summary>
    public void AddNew(Activity span, SegmentDelivery? delivery, long position, RecordHandle record)
    {
        Add(span, delivery, position, record);
        NewSpans++;
    }

    /// <summary>Adds a span that was taken off the queue before.</summary>
    public void Add(in DeferredSpan span)
    {
        if (span.IsRetained)
            Add(span.Span, span.Delivery, span.Position, span.Record);
        else
            AddNew(span.Span, span.Delivery, span.Position, span.Record);
    }

    public void Add(Activity span, SegmentDelivery? delivery, long position, RecordHandle record)
    {
        Spans.AsSpan()[Count] = span; // an element of the array itself would be type-checked: Activity is not sealed
        _deliveries[Count] = delivery;
        _positions[Count] = position;
        _outcomes[Count] = ExportOutcome.Dropped;
        if (_records is not null || record.IsRecorded)
            (_records ??= new RecordHandle[capacity])[Count] = record;
        Count++;
    }

    /// <summary>Makes the batch one of records.</summary>
    /// <param name="isolated">The record to send alone; null to read some.</param>
    /// <param name="limit">How many to read at most.</param>
    public void BeginReadBack(IsolatedRecord? isolated, int limit)
    {
        IsReadBack = true;
        ReadLimit = Math.Min(limit, Spans.Length);
        IsolatedRecord = isolated;
        if (isolated is not null)
            ReadBack.Add(isolated.Record);
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
        Details = default;
        NewSpans = 0;
        Settled = 0;
        HoldsSuspects = false;
        Isolated = null;
        IsReadBack = false;
        IsolatedRecord = null;
        ReadBack.Clear();
    }
}
