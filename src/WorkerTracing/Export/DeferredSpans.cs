using System.Diagnostics;
using System.Runtime.InteropServices;

namespace WorkerTracing;

/// <summary>
/// Spans that were taken off the queue and wait for a later export, in the order of their positions, and the rule of
/// <see cref="IOutcomeExporter.SeparatesTraces"/>: spans of a trace never leave while others of it are in flight or deferred before them.
/// Stays empty for an exporter with one export in flight that retains nothing. The pipeline's lock guards it.
/// </summary>
internal sealed class DeferredSpans(int concurrency, bool separatesTraces)
{
    private readonly List<DeferredSpan> _spans = [];
    private readonly Dictionary<ActivityTraceId, int> _inFlight = [];
    private readonly HashSet<ActivityTraceId> _blocked = [];

    /// <summary>May be read without the lock, as a hint.</summary>
    public int Count => _spans.Count;

    /// <summary>Gets how many of the spans were retained by an export.</summary>
    public int Retained => _spans.Count(static span => span.IsRetained);

    public long FirstPosition => _spans.Count == 0 ? long.MaxValue : _spans[0].Position;

    /// <summary>
    /// Gets whether another look may find a span that can leave: an export has freed its traces, or the last look ended early.
    /// </summary>
    public bool IsDue { get => field && _spans.Count > 0; private set; }

    private bool TracksInFlight => separatesTraces && concurrency > 1;

    /// <summary>Moves the suspects into the batch, up to a number.</summary>
    public void TakeSuspects(ExportBatch batch, int group, int limit)
    {
        int kept = 0;
        foreach (DeferredSpan span in CollectionsMarshal.AsSpan(_spans))
        {
            if (span.Group == group && batch.Count < limit && !batch.IsFull)
                batch.Add(span);
            else
                _spans[kept++] = span;
        }

        _spans.RemoveRange(kept, _spans.Count - kept);
        IsDue = true;
    }

    /// <summary>Moves into the batch what may leave.</summary>
    public void Take(ExportBatch batch)
    {
        IsDue = false;
        _blocked.Clear();
        int kept = 0;
        foreach (DeferredSpan span in CollectionsMarshal.AsSpan(_spans))
        {
            if (!batch.IsFull && !MustWait(span.Span))
            {
                batch.Add(span);
                continue;
            }

            IsDue |= batch.IsFull;
            if (separatesTraces)
                _blocked.Add(span.Span.TraceId);
            _spans[kept++] = span;
        }

        _spans.RemoveRange(kept, _spans.Count - kept);
    }

    /// <summary>Returns true if others of the span's trace are in flight, or deferred before it. For the look that is under way.</summary>
    public bool MustWait(Activity span) =>
        (_inFlight.Count > 0 && _inFlight.ContainsKey(span.TraceId)) || (_blocked.Count > 0 && _blocked.Contains(span.TraceId));

    /// <summary>Adds a span that must wait for others of its trace.</summary>
    public void Add(Activity span, SegmentDelivery? delivery, long position, RecordHandle record) =>
        _spans.Add(new DeferredSpan(span, delivery, position, record, Group: 0));

    /// <summary>An export begins.</summary>
    public void OnStarted(ExportBatch batch)
    {
        if (!TracksInFlight)
            return;
        for (int i = 0; i < batch.Count; i++)
            CollectionsMarshal.GetValueRefOrAddDefault(_inFlight, batch.Spans[i].TraceId, out _)++;
    }

    /// <summary>An export has ended: its traces are free again.</summary>
    public void OnCompleted(ExportBatch batch)
    {
        for (int i = 0; TracksInFlight && i < batch.Count; i++)
        {
            ref int count = ref CollectionsMarshal.GetValueRefOrAddDefault(_inFlight, batch.Spans[i].TraceId, out _);
            if (--count == 0)
                _inFlight.Remove(batch.Spans[i].TraceId);
        }

        IsDue = true;
    }

    /// <summary>Adds the spans that an export retained.</summary>
    public void AddRetained(ExportBatch batch, int group)
    {
        int before = _spans.Count;
        for (int i = 0; i < batch.Count; i++)
        {
            if (batch.Outcomes[i] == ExportOutcome.Retained)
                _spans.Add(new DeferredSpan(batch.Spans[i], batch.Delivery(i), batch.Position(i), batch.Record(i), group));
        }

        if (before > 0 && before < _spans.Count)
            _spans.Sort(static (a, b) => a.Position.CompareTo(b.Position));
    }

    /// <summary>Lowers the first pending position of each trace that a flush waits for.</summary>
    public void FindFirstPending()
    {
        foreach (DeferredSpan span in _spans)
            span.Delivery?.FindFirstPending(span.Position);
    }

    public bool Contains(Activity span) => _spans.Exists(deferred => ReferenceEquals(deferred.Span, span));

    /// <summary>Returns the trace of each deferred span.</summary>
    public IEnumerable<SegmentDelivery> Deliveries()
    {
        foreach (DeferredSpan span in _spans)
        {
            if (span.Delivery is { } delivery)
                yield return delivery;
        }
    }

    /// <summary>Removes everything.</summary>
    public DeferredSpan[] Clear()
    {
        DeferredSpan[] left = [.. _spans];
        _spans.Clear();
        return left;
    }
}
