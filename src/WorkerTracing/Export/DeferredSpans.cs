using System.Diagnostics;
using System.Runtime.InteropServices;

namespace WorkerTracing;

/// <summary>
/// Spans that were taken off the queue and wait for a later export, in the order of their positions, and the rule that keeps that order
/// within a trace: spans
/// of a trace never leave while others of it are in flight or held before them. Stays empty for an exporter with one
/// export in flight that retains nothing. Guarded by the pipeline's lock.
/// </summary>
internal sealed class DeferredSpans(int concurrency, bool separatesTraces)
{
    private const long NeverTried = -1;

    private readonly List<DeferredSpan> _spans = [];
    private readonly Dictionary<ActivityTraceId, int> _inFlight = [];
    private readonly HashSet<ActivityTraceId> _blocked = [];
    private long _takenIn = NeverTried;
    private bool _freed;

    private bool TracksInFlight => separatesTraces && concurrency > 1;

    /// <summary>May be read without the lock, as a hint.</summary>
    public int Count => _spans.Count;

    /// <summary>The oldest position held.</summary>
    public long FirstPosition => _spans.Count == 0 ? long.MaxValue : _spans[0].Position;

    /// <summary>
    /// Whether another look may find a span that can leave: a new round of requests began, or an export freed its traces.
    /// </summary>
    public bool IsDue(long round) => _spans.Count > 0 && (_takenIn < round || _freed);

    /// <summary>Moves into the batch what may leave. A span that was retained in this round waits for the next.</summary>
    public void Take(ExportBatch batch, long round)
    {
        _takenIn = round;
        _freed = false;
        _blocked.Clear();
        int kept = 0;
        foreach (DeferredSpan held in CollectionsMarshal.AsSpan(_spans))
        {
            if (!batch.IsFull && held.Round < round && !MustWait(held.Span))
            {
                batch.Add(held.Span, held.Account, held.Position);
                continue;
            }

            _freed |= batch.IsFull;
            if (separatesTraces)
                _blocked.Add(held.Span.TraceId);
            _spans[kept++] = held;
        }

        _spans.RemoveRange(kept, _spans.Count - kept);
    }

    /// <summary>Whether others of the span's trace are in flight, or held before it.</summary>
    public bool MustWait(Activity span) =>
        (_inFlight.Count > 0 && _inFlight.ContainsKey(span.TraceId)) || (_blocked.Count > 0 && _blocked.Contains(span.TraceId));

    public void Add(Activity span, SegmentDelivery? account, long position)
        => _spans.Add(new DeferredSpan(span, account, position, NeverTried));

    /// <summary>A batch leaves.</summary>
    public void Start(ExportBatch batch)
    {
        if (!TracksInFlight)
            return;
        for (int i = 0; i < batch.Count; i++)
            CollectionsMarshal.GetValueRefOrAddDefault(_inFlight, batch.Spans[i].TraceId, out _)++;
    }

    /// <summary>A batch is back: its traces are free again, and what the exporter retained is held.</summary>
    public void Finish(ExportBatch batch, long round)
    {
        for (int i = 0; TracksInFlight && i < batch.Count; i++)
        {
            ref int count = ref CollectionsMarshal.GetValueRefOrAddDefault(_inFlight, batch.Spans[i].TraceId, out _);
            if (--count == 0)
                _inFlight.Remove(batch.Spans[i].TraceId);
        }

        _freed = true;
        int before = _spans.Count;
        for (int i = 0; i < batch.Count; i++)
        {
            if (batch.Outcomes[i] == ExportOutcome.Retained)
                _spans.Add(new DeferredSpan(batch.Spans[i], batch.Account(i), batch.Position(i), round));
        }

        if (before > 0 && before < _spans.Count)
            _spans.Sort(static (a, b) => a.Position.CompareTo(b.Position));
    }

    /// <summary>Writes the lowest position of a deferred span to the account of each trace that a flush waits for.</summary>
    public void FindFirstPending()
    {
        foreach (DeferredSpan held in _spans)
            held.Account?.FindFirstPending(held.Position);
    }

    /// <summary>Gives up everything that is held.</summary>
    public DeferredSpan[] Clear()
    {
        DeferredSpan[] left = [.. _spans];
        _spans.Clear();
        return left;
    }
}
