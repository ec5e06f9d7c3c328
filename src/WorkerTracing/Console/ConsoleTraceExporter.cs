using System.Buffers;
using System.Diagnostics;
using System.Text.Json;
using OpenTelemetry;

namespace WorkerTracing;

/// <summary>
/// Writes each trace as a tree, in one write, when its outermost span of this process has ended. Until then, the spans of the trace are
/// kept. If too many spans are kept, the oldest trace is written unfinished. A forced flush of the provider and a shutdown write all traces.
/// </summary>
/// <remarks>Spans of the flight recorder are written as the trees that they make: their outermost span may have been written before.</remarks>
internal sealed class ConsoleTraceExporter(TextWriter output) : BaseExporter<Activity>, IRecordedSpanExporter
{
    private const int MostKeptSpans = 10_000;

    /// <summary>Marks spans that were exported. A span that ends after its outermost span is written at once.</summary>
    private const string Seen = "WorkerTracing.Console";

    private readonly Dictionary<ActivityTraceId, List<Activity>> _kept = [];
    private readonly Lock _sync = new();
    private int _keptSpans;

    public int MaxConcurrency => 1;

    public string RecordName => "console";

    public override ExportResult Export(in Batch<Activity> batch) => BatchExport.Of(this, batch, CancellationToken.None).Result;

    public void WriteResource(IBufferWriter<byte> content)
    {
    }

    /// <summary>Writes nothing for a report of a running job: that is a line of the moment.</summary>
    public void WriteSpan(Activity span, IBufferWriter<byte> content)
    {
        if (RunningJobLine.Of(span) is null)
            Write(ShownSpan.Of(span), content);
    }

    public void WriteOpenSpan(Activity span, IBufferWriter<byte> content) => Write(ShownSpan.Of(span), content);

    public void CloseSpan(ReadOnlySpan<byte> open, DateTimeOffset ended, IBufferWriter<byte> content)
    {
        if (JsonSerializer.Deserialize(open, ShownSpanJson.Default.ShownSpan) is { } span)
            Write(span.Abandoned(ended.UtcDateTime), content);
    }

    public void Export(ReadOnlySpan<RecordedSpan> batch, Span<ExportOutcome> outcomes, CancellationToken cancellationToken)
    {
        var traces = new Dictionary<ActivityTraceId, List<ShownSpan>>();
        foreach (RecordedSpan record in batch)
        {
            if (!traces.TryGetValue(record.TraceId, out List<ShownSpan>? spans))
                traces.Add(record.TraceId, spans = []);
            if (JsonSerializer.Deserialize(record.Content.Span, ShownSpanJson.Default.ShownSpan) is { } span)
                spans.Add(span);
        }

        lock (_sync)
        {
            foreach ((ActivityTraceId trace, List<ShownSpan> spans) in traces)
                Write($"trace {trace}  from the flight recorder", spans);
        }

        outcomes[..batch.Length].Fill(ExportOutcome.Delivered);
    }

    public void Export(ReadOnlySpan<Activity> batch, Span<ExportOutcome> outcomes, CancellationToken cancellationToken)
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

        outcomes[..batch.Length].Fill(ExportOutcome.Delivered);
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
        Write($"trace {trace}", [.. spans.Select(ShownSpan.Of)]);
    }

    private void Write(string heading, List<ShownSpan> spans)
    {
        output.Write(SpanTree.Render(heading, spans));
        output.Flush();
    }

    private static void Write(ShownSpan span, IBufferWriter<byte> content)
    {
        using var json = new Utf8JsonWriter(content);
        JsonSerializer.Serialize(json, span, ShownSpanJson.Default.ShownSpan);
    }
}
