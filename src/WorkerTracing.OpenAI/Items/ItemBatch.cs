using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace WorkerTracing;

/// <summary>
/// Holds spans in their wire form: one text with a comma between any two items, so that each range of items is the content of a request.
/// A trace's item precedes its first span. Reused from export to export.
/// </summary>
internal sealed class ItemBatch : IDisposable
{
    private readonly Utf8Buffer _text = new();
    private readonly List<WireItem> _items = [];
    private readonly Dictionary<ActivityTraceId, TraceStatement> _announced = [];
    private readonly SpanFields _fields;

    public ItemBatch(AgentRuns agents) => _fields = new SpanFields(_text, agents);

    /// <summary>Gets or sets the traces that the service has from the key that the items are sent with.</summary>
    public AnnouncedTraces Delivered { get; set; } = new(0);

    public int Count => _items.Count;

    public int Bytes => _text.Length;

    public bool IncludeContent
    {
        get => _fields.IncludeContent;
        set => _fields.IncludeContent = value;
    }

    public bool IsDefaultEndpoint
    {
        get => _fields.IsDefaultEndpoint;
        set => _fields.IsDefaultEndpoint = value;
    }

    public WireItem this[int index] => _items[index];

    /// <summary>The items from <paramref name="first"/> up to <paramref name="end"/>, exclusive.</summary>
    public ReadOnlyMemory<byte> Slice(int first, int end) => _text.Slice(_items[first].Start, _items[end - 1].End);

    /// <summary>Writes a span, after the item of its trace where the service does not have it yet.</summary>
    /// <param name="spans">The spans that are being exported.</param>
    /// <param name="position">The span's position among them.</param>
    /// <returns>False where the span is one that is not sent.</returns>
    public bool Add(ReadOnlySpan<Activity> spans, int position)
    {
        Activity span = spans[position];
        if (SpanTypes.IsLeftOut(span))
            return false;
        Announce(span);
        int start = Begin();
        WriteSpan(span, spans[(position + 1)..], start);
        _items.Add(new WireItem(start, _text.Length, position, span, default));
        if (GenAIOperation.IsAgent(GenAIOperation.Of(span)) && _fields.Agents.ReceivedBy(span, AgentData.NameOf(span)) is { } handoff)
        {
            _text.Write((byte)',');
            start = _text.Length;
            SpanItem.WriteHandoff(_fields, handoff, span);
            _items.Add(new WireItem(start, _text.Length, WireItem.DerivedSpan, span, default));
        }
        return true;
    }

    public void Clear()
    {
        _text.Clear();
        _items.Clear();
        _announced.Clear();
        _fields.Tags.Clear();
    }

    public void Dispose()
    {
        _text.Dispose();
        _fields.Dispose();
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary of one item: whatever a span holds, its neighbours are written.")]
    private void WriteSpan(Activity span, ReadOnlySpan<Activity> following, int start)
    {
        try
        {
            SpanItem.Write(_fields, span, following);
        }
        catch (Exception)
        {
            _text.Truncate(start);
            SpanItem.WriteBare(_text, span);
        }
    }

    /// <summary>Writes the trace's item if the service does not have it, or if the span's job changes it.</summary>
    private void Announce(Activity span)
    {
        bool isKnown = _announced.TryGetValue(span.TraceId, out TraceStatement known) || Delivered.TryGet(span.TraceId, out known);
        if (isKnown && known.IsJob && known.Owner != span.SpanId)
            return;
        var owner = TraceOwner.Of(span);
        bool isNews = !isKnown || known.Owner == span.SpanId || (owner.Job is not null && !known.IsJob);
        if (!isNews)
            return;

        int length = _text.Length;
        int start = Begin();
        TraceItem.Write(_fields, owner);
        var statement = TraceStatement.Of(owner, _text.Written[start..]);
        if (isKnown && statement.SaysTheSameAs(known))
        {
            _text.Truncate(length);
            return;
        }
        _announced[span.TraceId] = statement;
        _items.Add(new WireItem(start, _text.Length, WireItem.Trace, span, statement));
    }

    private int Begin()
    {
        if (_items.Count > 0)
            _text.Write((byte)',');
        return _text.Length;
    }
}
