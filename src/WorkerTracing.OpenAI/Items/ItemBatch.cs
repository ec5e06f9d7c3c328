using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace WorkerTracing;

/// <summary>
/// Holds spans in their wire form: one text with a comma between any two items, so that each range of items is the content of a request.
/// A trace's item precedes its first span. Reused from export to export.
/// </summary>
internal sealed class ItemBatch : IDisposable
{
    private const string RecordedName = "a recorded span";

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

    /// <summary>Gets where the end time of the last span is in its item.</summary>
    public int EndTimeAt => _fields.EndTimeAt;

    /// <summary>Gets where the error of the last span is in its item.</summary>
    public int ErrorAt => _fields.ErrorAt;

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
        Add(start, position, span);
        if (GenAIOperation.IsAgent(GenAIOperation.Of(span)) && _fields.Agents.ReceivedBy(span, AgentData.NameOf(span)) is { } handoff)
        {
            _text.Write((byte)',');
            start = _text.Length;
            SpanItem.WriteHandoff(_fields, handoff, span);
            Add(start, WireItem.DerivedSpan, span);
        }
        return true;
    }

    /// <summary>Adds a recorded span, after the item of its trace where the service does not have it yet.</summary>
    /// <param name="record">The record.</param>
    /// <param name="span">The span.</param>
    /// <param name="position">The span's position among those that are being exported.</param>
    public void Add(in IngestRecord record, in RecordedSpan span, int position)
    {
        var statement = TraceStatement.Of(record.Owner, record.IsOwnerJob, record.TraceItem.Span);
        bool isKnown = TryGetKnown(span.TraceId, out TraceStatement known);
        if (known.IsReplaced(isKnown, span.SpanId, record.IsOwnerJob) && !(isKnown && statement.SaysTheSameAs(known)))
        {
            int first = Begin();
            _text.Write(record.TraceItem.Span);
            Announce(first, span.TraceId, span.SpanId, RecordedName, statement);
        }

        int start = Begin();
        _text.Write(record.SpanItems.Span);
        _items.Add(new WireItem(start, _text.Length, position, span.TraceId, span.SpanId, RecordedName, default));
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
            SpanItem.WriteBare(_fields, span);
        }
    }

    /// <summary>Writes the trace's item if the service does not have it, or if the span's job changes it.</summary>
    private void Announce(Activity span)
    {
        bool isKnown = TryGetKnown(span.TraceId, out TraceStatement known);
        if (isKnown && known.IsJob && known.Owner != span.SpanId)
            return;
        var owner = TraceOwner.Of(span);
        if (!known.IsReplaced(isKnown, span.SpanId, owner.Job is not null))
            return;

        int length = _text.Length;
        int start = Begin();
        TraceItem.Write(_fields, owner);
        var statement = TraceStatement.Of(owner.Span.SpanId, owner.Job is not null, _text.Written[start..]);
        if (isKnown && statement.SaysTheSameAs(known))
        {
            _text.Truncate(length);
            return;
        }
        Announce(start, span.TraceId, span.SpanId, span.DisplayName, statement);
    }

    private bool TryGetKnown(ActivityTraceId trace, out TraceStatement known) =>
        _announced.TryGetValue(trace, out known) || Delivered.TryGet(trace, out known);

    private void Announce(int start, ActivityTraceId trace, ActivitySpanId span, string name, TraceStatement statement)
    {
        _announced[trace] = statement;
        _items.Add(new WireItem(start, _text.Length, WireItem.Trace, trace, span, name, statement));
    }

    private void Add(int start, int position, Activity span) =>
        _items.Add(new WireItem(start, _text.Length, position, span.TraceId, span.SpanId, span.DisplayName, default));

    private int Begin()
    {
        if (_items.Count > 0)
            _text.Write((byte)',');
        return _text.Length;
    }
}
