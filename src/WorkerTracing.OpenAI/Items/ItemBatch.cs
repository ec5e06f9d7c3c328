using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace WorkerTracing;

/// <summary>
/// Spans in their wire form, one text with a comma between any two items, so that each range of items is the inside of a request.
/// A trace's item goes ahead of its first span. Reused from export to export.
/// </summary>
internal sealed class ItemBatch : IDisposable
{
    private readonly Utf8Buffer _text = new();
    private readonly List<WireItem> _items = [];
    private readonly Dictionary<ActivityTraceId, TraceStatement> _announced = [];
    private readonly AnnouncedTraces _delivered;
    private readonly SpanFields _fields;

    public ItemBatch(AnnouncedTraces delivered)
    {
        _delivered = delivered;
        _fields = new SpanFields(_text);
    }

    public int Count => _items.Count;

    public int Bytes => _text.Length;

    public bool IncludeContent
    {
        get => _fields.IncludeContent;
        set => _fields.IncludeContent = value;
    }

    public WireItem this[int index] => _items[index];

    /// <summary>The items from <paramref name="first"/> up to <paramref name="end"/>, exclusive.</summary>
    public ReadOnlyMemory<byte> Slice(int first, int end) => _text.Slice(_items[first].Start, _items[end - 1].End);

    /// <summary>Writes a span, after its trace's item where that is still to be said.</summary>
    /// <param name="span">The span.</param>
    /// <param name="position">Its position in the batch that is being exported.</param>
    [SuppressMessage("Design", "CA1031", Justification = "The boundary of one item: whatever a span holds, its neighbours are written.")]
    public void Add(Activity span, int position)
    {
        Announce(span);
        int start = Begin();
        try
        {
            SpanItem.Write(_fields, span);
        }
        catch (Exception)
        {
            _text.Truncate(start);
            SpanItem.WriteBare(_text, span);
        }
        _items.Add(new WireItem(start, _text.Length, position, span, default));
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

    /// <summary>Writes the trace's item if the service does not know it, or a span comes that says it better.</summary>
    private void Announce(Activity span)
    {
        bool isKnown = _announced.TryGetValue(span.TraceId, out TraceStatement known) || _delivered.TryGet(span.TraceId, out known);
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
        _items.Add(new WireItem(start, _text.Length, -1, span, statement));
    }

    private int Begin()
    {
        if (_items.Count > 0)
            _text.Write((byte)',');
        return _text.Length;
    }
}
