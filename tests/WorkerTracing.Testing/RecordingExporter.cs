using System.Collections.Concurrent;
using System.Diagnostics;
using OpenTelemetry;

namespace WorkerTracing.Testing;

/// <summary>Keeps what it is given, batch by batch, and answers what the test says.</summary>
public class RecordingExporter : BaseExporter<Activity>
{
    private readonly ConcurrentQueue<Activity[]> _batches = new();
    private int _calls;

    /// <summary>Called with each batch before it is kept, on the export thread: it may block, throw, and answer Failure.</summary>
    public Func<IReadOnlyList<Activity>, ExportResult> OnExport { get; set; } = static _ => ExportResult.Success;

    /// <summary>How many exports have begun.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <summary>The batches that were acknowledged.</summary>
    public IReadOnlyList<IReadOnlyList<Activity>> Batches => [.. _batches];

    /// <summary>The spans that were acknowledged, in order.</summary>
    public IReadOnlyList<Activity> Spans => [.. _batches.SelectMany(static batch => batch)];

    /// <summary>The acknowledged spans of one trace.</summary>
    public IReadOnlyList<Activity> SpansOf(ActivityTraceId trace) => [.. Spans.Where(span => span.TraceId == trace)];

    public override ExportResult Export(in Batch<Activity> batch)
    {
        Interlocked.Increment(ref _calls);
        var spans = new List<Activity>();
        foreach (Activity span in batch)
            spans.Add(span);
        ExportResult result = OnExport(spans);
        if (result == ExportResult.Success)
            _batches.Enqueue([.. spans]);
        return result;
    }
}
