using System.Diagnostics;
using OpenTelemetry;

namespace WorkerTracing;

/// <summary>
/// Writes each trace as a tree, in one write, when its outermost span of this process has ended. Until then, the spans of the trace are
/// kept. If too many spans are kept, the oldest trace is written unfinished. A forced flush of the provider and a shutdown write all traces.
/// </summary>
internal sealed class ConsoleTraceExporter(TextWriter output) : BaseExporter<Activity>
{
    private const int MostKeptSpans = 10_000;

    /// <summary>Marks spans that were exported. A span that ends after its outermost span is written at once.</summary>
    private const string Seen = "WorkerTracing.Console";

    private readonly Dictionary<ActivityTraceId, List<Activity>> _kept = [];
    private readonly Lock _sync = new();
    private int _keptSpans;

    public override ExportResult Export(in Batch<Activity> batch)
    {
        lock (_sync)
        {
            var complete = new List<ActivityTraceId>();
            foreach (Activity span in batch)
            {
                if (RunningJobLine.Of(span) is { } line)
                {
                    output.Write(line);
                    output.Flush();
                    continue;
                }

                Keep(span);
                span.SetCustomProperty(Seen, this);
                if (ReferenceEquals(Outermost(span).GetCustomProperty(Seen), this) && !complete.Contains(span.TraceId))
                    complete.Add(span.TraceId);
            }

            foreach (ActivityTraceId trace in complete)
                Write(trace);
            while (_keptSpans > MostKeptSpans)
                Write(_kept.Keys.First());
        }

        return ExportResult.Success;
    }

    protected override bool OnForceFlush(int timeoutMilliseconds)
    {
        lock (_sync)
        {
            foreach (ActivityTraceId trace in _kept.Keys.ToArray())
                Write(trace);
        }

        return true;
    }

    protected override bool OnShutdown(int timeoutMilliseconds) => OnForceFlush(timeoutMilliseconds);

    private static Activity Outermost(Activity span)
    {
        Activity outermost = span;
        for (Activity? above = span.Parent; above is not null; above = above.Parent)
        {
            if (AmbientSpan.IsRecordedWithListener(above))
                outermost = above;
        }

        return outermost;
    }

    private void Keep(Activity span)
    {
        if (!_kept.TryGetValue(span.TraceId, out List<Activity>? spans))
            _kept.Add(span.TraceId, spans = []);
        spans.Add(span);
        _keptSpans++;
    }

    private void Write(ActivityTraceId trace)
    {
        if (!_kept.Remove(trace, out List<Activity>? spans))
            return;
        _keptSpans -= spans.Count;
        output.Write(SpanTree.Render(trace, spans));
        output.Flush();
    }
}
