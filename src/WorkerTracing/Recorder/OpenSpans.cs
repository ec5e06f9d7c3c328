using System.Collections.Concurrent;
using System.Diagnostics;

namespace WorkerTracing;

/// <summary>The open spans of one exporter: its jobs that run, and the spans that enclose ended ones. Safe for concurrent use.</summary>
internal sealed class OpenSpans(OpenSpanStore store, int exporterIndex)
{
    private readonly ConcurrentDictionary<string, OpenSpan> _known = new(); // by span id
    private readonly ExporterSources _sources = new();

    public IEnumerable<OpenSpan> All => _known.Values;

    /// <summary>The exporter has got a span of a source.</summary>
    public void See(ActivitySource source) => _sources.AddOwn(source);

    /// <summary>Records an open span.</summary>
    /// <param name="span">The span.</param>
    /// <param name="isJob">Whether it is the span of a job.</param>
    /// <param name="key">The key of the job.</param>
    /// <param name="exporter">Writes the content.</param>
    /// <returns>False if there was no room.</returns>
    public bool Add(Activity span, bool isJob, string? key, IRecordedSpanExporter exporter)
    {
        var buffer = RecordBuffer.Rent();
        try
        {
            OpenSpanContent.Write(span, isJob, key, buffer);
            exporter.WriteOpenSpan(span, buffer);
            var header = new RecordHeader(RecordKind.OpenSpan, exporterIndex, span.TraceId, span.SpanId, span.StartTimeUtc);
            if (store.TryAdd(span, buffer, header) is not { } added)
                return false;
            if (!_known.TryAdd(KeyOf(span), added))
                added.Remove();
            return true;
        }
        finally
        {
            buffer.Return();
        }
    }

    /// <summary>
    /// Records the open spans that enclose a span and are not known yet. The outermost is the first: a span is known when those around it
    /// are, so a process that is killed in between leaves no span without its parent. Stops where there is no room.
    /// </summary>
    public void AddAncestors(Activity span, IRecordedSpanExporter exporter)
    {
        if (!store.IsEnabled || span.Parent is not { } parent || _known.ContainsKey(KeyOf(parent)))
            return;
        var unknown = new Stack<Activity>(); // not a recursion: spans nest by the thousand
        for (Activity? ancestor = parent; ancestor is not null && !_known.ContainsKey(KeyOf(ancestor)); ancestor = ancestor.Parent)
        {
            if (ancestor is { IsStopped: false, Recorded: true } && _sources.MayBeOwn(ancestor.Source))
                unknown.Push(ancestor);
        }

        while (unknown.TryPop(out Activity? outermost) && Add(outermost, isJob: false, null, exporter))
        {
        }
    }

    /// <summary>Removes the record of a span that has ended.</summary>
    public void Remove(Activity span)
    {
        string key = KeyOf(span);
        if (_known.ContainsKey(key) && _known.TryRemove(key, out OpenSpan? known))
            known.Remove();
    }

    /// <summary>
    /// Removes the records of spans that have ended, or left the memory, and did not say so. Called each second: a span is removed when it
    /// was seen twice, since one that has just ended may still be on its way to <see cref="RecorderChannel.Write"/>.
    /// </summary>
    public void RemoveEnded()
    {
        foreach ((string key, OpenSpan open) in _known)
        {
            if (open.IsOpen)
                continue;
            if (open.HasEnded && _known.TryRemove(key, out _))
            {
                open.Remove();
                _sources.AddForeign(open.Source);
            }

            open.HasEnded = true;
        }
    }

    /// <summary>The text that the span holds itself: nothing is allocated or parsed.</summary>
    private static string KeyOf(Activity span) => span.SpanId.ToHexString();
}
