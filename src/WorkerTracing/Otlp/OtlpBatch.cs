using System.Diagnostics;

namespace WorkerTracing;

/// <summary>
/// Encoded spans, ordered by scope, of which any range makes an <c>ExportTraceServiceRequest</c>. Reused from export to export; not safe
/// for concurrent use.
/// </summary>
internal sealed class OtlpBatch(OtlpSpanEncoder encoder, OtlpScope.Cache scopes) : IDisposable
{
    /// <summary>Tag and length of the fields that enclose the spans: of a resource's, and of each scope's.</summary>
    private const int MaxHeadBytes = 6;

    private readonly ProtobufWriter _spans = new();
    private readonly List<Item> _items = [];
    private ActivitySource? _lastSource;
    private OtlpScope? _lastScope;

    /// <summary>The resource of the requests.</summary>
    public required OtlpResource Resource { get; init; }

    public int Count => _items.Count;

    /// <summary>How many bytes a request with all spans has at the most.</summary>
    public int RequestBytes { get; private set; }

    /// <summary>Gets the position, in the exported batch, of the span at <paramref name="index"/>.</summary>
    public int Position(int index) => _items[index].Position;

    /// <summary>Appends a span. Spans of the same scope are added one after the other.</summary>
    public void Add(Activity span, int position)
    {
        OtlpScope scope = ScopeOf(span.Source);
        if (_items.Count == 0)
            RequestBytes = Resource.Length + MaxHeadBytes;
        if (_items.Count == 0 || !ReferenceEquals(_items[^1].Scope, scope))
            RequestBytes += scope.Length + MaxHeadBytes;
        int start = _spans.Length;
        encoder.Write(span, _spans);
        RequestBytes += _spans.Length - start;
        _items.Add(new Item(start, _spans.Length, position, scope));
    }

    /// <summary>Writes the request with the spans from <paramref name="first"/> up to <paramref name="end"/>, exclusive.</summary>
    public void WriteRequest(int first, int end, ProtobufWriter request)
    {
        int expected = _items[end - 1].End - _items[first].Start;
        ProtobufWriter.Field resourceSpans = request.Begin(OtlpTag.RequestResourceSpans, expected);
        request.WriteRaw(Resource.Head);
        for (int next = first; next < end;)
        {
            Item item = _items[next];
            int start = next;
            while (next < end && ReferenceEquals(_items[next].Scope, item.Scope))
                next++;
            ReadOnlySpan<byte> spans = _spans.Slice(item.Start, _items[next - 1].End);
            ProtobufWriter.Field scopeSpans = request.Begin(OtlpTag.ResourceSpansScopeSpans, item.Scope.Length + spans.Length);
            request.WriteRaw(item.Scope.Head);
            request.WriteRaw(spans);
            request.WriteRaw(item.Scope.Tail);
            request.End(scopeSpans);
            Debug.Assert(next > start, "a scope holds at least one span");
        }

        request.WriteRaw(Resource.Tail);
        request.End(resourceSpans);
    }

    /// <summary>Removes the spans before <paramref name="first"/>.</summary>
    public void RemoveBefore(int first)
    {
        if (first == _items.Count)
        {
            Clear();
            return;
        }

        int offset = _items[first].Start;
        _spans.RemoveBefore(offset);
        _items.RemoveRange(0, first);
        RequestBytes = Resource.Length + MaxHeadBytes + _spans.Length;
        for (int i = 0; i < _items.Count; i++)
        {
            Item item = _items[i];
            _items[i] = item with { Start = item.Start - offset, End = item.End - offset };
            if (i == 0 || !ReferenceEquals(_items[i - 1].Scope, item.Scope))
                RequestBytes += item.Scope.Length + MaxHeadBytes;
        }
    }

    public void Clear()
    {
        _spans.Clear();
        _items.Clear();
        (_lastSource, _lastScope) = (null, null); // a source lives no longer because of a batch that is reused
        RequestBytes = 0;
    }

    public void Dispose() => _spans.Dispose();

    private OtlpScope ScopeOf(ActivitySource source)
    {
        if (!ReferenceEquals(source, _lastSource) || _lastScope is null)
            (_lastSource, _lastScope) = (source, scopes.Get(source));
        return _lastScope;
    }

    private readonly record struct Item(int Start, int End, int Position, OtlpScope Scope);
}
