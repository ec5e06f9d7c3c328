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

    /// <summary>Creates a request that refers to the spans of this batch.</summary>
    public OtlpRequest CreateRequest() => new(_spans);

    /// <summary>Writes the request with the spans from <paramref name="first"/> up to <paramref name="end"/>, exclusive.</summary>
    public void WriteRequest(int first, int end, OtlpRequest request)
    {
        request.Writer.WriteHead(OtlpTag.RequestResourceSpans, ResourceLength(first, end));
        request.Writer.WriteRaw(Resource.Head);
        for (int next = first; next < end;)
        {
            (int start, next) = (next, EndOfScope(next, end));
            OtlpScope scope = _items[start].Scope;
            request.Writer.WriteHead(OtlpTag.ResourceSpansScopeSpans, ScopeLength(start, next));
            request.Writer.WriteRaw(scope.Head);
            request.AppendSpans(_items[start].Start, _items[next - 1].End);
            request.Writer.WriteRaw(scope.Tail);
        }

        request.Writer.WriteRaw(Resource.Tail);
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

    private int ResourceLength(int first, int end)
    {
        int length = Resource.Length;
        for (int next = first; next < end;)
        {
            (int start, next) = (next, EndOfScope(next, end));
            int scope = ScopeLength(start, next);
            length += 1 + ProtobufWriter.VarintSize((uint)scope) + scope;
        }

        return length;
    }

    private int ScopeLength(int first, int end) => _items[first].Scope.Length + _items[end - 1].End - _items[first].Start;

    /// <summary>Returns the index of the first span of another scope.</summary>
    private int EndOfScope(int first, int end)
    {
        OtlpScope scope = _items[first].Scope;
        int next = first + 1;
        while (next < end && ReferenceEquals(_items[next].Scope, scope))
            next++;
        return next;
    }

    private OtlpScope ScopeOf(ActivitySource source)
    {
        if (!ReferenceEquals(source, _lastSource) || _lastScope is null)
            (_lastSource, _lastScope) = (source, scopes.Get(source));
        return _lastScope;
    }

    private readonly record struct Item(int Start, int End, int Position, OtlpScope Scope);
}
