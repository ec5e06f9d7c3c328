using System.Diagnostics;

namespace WorkerTracing;

/// <summary>The exports that have begun and not ended, in the order of their beginning. The pipeline's lock guards it.</summary>
internal sealed class ExportsInFlight
{
    private readonly List<ExportBatch> _batches = [];

    public int Count => _batches.Count;

    /// <summary>Gets the number of spans in the exports.</summary>
    public int Spans
    {
        get
        {
            int spans = 0;
            foreach (ExportBatch batch in _batches)
                spans += batch.Count;
            return spans;
        }
    }

    /// <summary>Gets the lowest position of their spans; the highest possible value where there are none.</summary>
    public long FirstPosition
    {
        get
        {
            long first = long.MaxValue;
            foreach (ExportBatch batch in _batches)
                first = Math.Min(first, batch.FirstPosition);
            return first;
        }
    }

    /// <summary>Gets when the last export began. There must be one.</summary>
    public long LastStarted => _batches[^1].Started;

    public List<ExportBatch>.Enumerator GetEnumerator() => _batches.GetEnumerator();

    public void Add(ExportBatch batch) => _batches.Add(batch);

    public void Remove(ExportBatch batch) => _batches.Remove(batch);

    public bool Contains(ExportBatch batch) => _batches.Contains(batch);

    /// <summary>Returns true if an export began after a time.</summary>
    public bool HasStartedAfter(long timestamp) => _batches.Exists(batch => batch.Started > timestamp);

    /// <summary>Returns true if an export holds the span. Looks at all of their spans.</summary>
    public bool Contains(Activity span) => _batches.Exists(batch => batch.Spans.AsSpan(0, batch.Count).Contains(span));

    /// <summary>Writes the lowest pending position to each trace that a flush waits for and that has spans in flight.</summary>
    public void FindFirstPending()
    {
        foreach (ExportBatch batch in _batches)
            batch.FindFirstPending();
    }
}
