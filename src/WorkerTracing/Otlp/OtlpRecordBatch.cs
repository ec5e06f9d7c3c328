namespace WorkerTracing;

/// <summary>
/// Recorded spans on their way to the backend, ordered by resource and scope, of which any range makes a request. For one export; not safe
/// for concurrent use.
/// </summary>
internal sealed class OtlpRecordBatch : ISendBatch, IDisposable
{
    /// <summary>Tag and length of the fields that enclose the spans: of a resource's, and of a scope's.</summary>
    private const int MaxHeadBytes = 6;

    private readonly OtlpRequest _request = new();
    private readonly List<Item> _items = [];
    private readonly OtlpClient _client;
    private int _first;

    /// <summary>Creates a batch. Spans whose records cannot be read are not in it: they are Dropped.</summary>
    public OtlpRecordBatch(ReadOnlySpan<RecordedSpan> spans, OtlpClient client)
    {
        _client = client;
        for (int i = 0; i < spans.Length; i++)
        {
            ReadOnlyMemory<byte> content = spans[i].Content;
            if (OtlpRecord.TryRead(content.Span, out Range scope, out Range span))
                _items.Add(new Item(spans[i].Resource, content[scope], content[span], i));
        }

        _items.Sort(Item.Compare);
    }

    /// <summary>How many spans are left to be sent.</summary>
    public int Count => _items.Count - _first;

    /// <summary>Returns how many of the spans that are left make a request of at most so many bytes. At least one.</summary>
    public int CountWithin(int bytes)
    {
        int count = 0;
        long sum = 0;
        for (int i = _first; i < _items.Count; i++)
        {
            Item item = _items[i];
            sum += item.Span.Length;
            if (count == 0 || !item.HasResourceOf(_items[i - 1]))
                sum += item.Resource.Length + MaxHeadBytes;
            if (count == 0 || !item.HasScopeOf(_items[i - 1]))
                sum += item.Scope.Length + MaxHeadBytes;
            if (count > 0 && sum > bytes)
                break;
            count++;
        }

        return count;
    }

    /// <summary>The first spans of those that were left have been sent.</summary>
    public void Skip(int count) => _first += count;

    public int CountSpans(int first, int end) => end - first;

    public SendAnswer Send(int first, int end, CancellationToken cancellationToken)
    {
        _request.Begin();
        for (int next = _first + first; next < _first + end;)
            next = WriteResource(next, _first + end);
        return _client.Send(_request, end - first, cancellationToken);
    }

    public TimeSpan? RetryDelay(int retry, in SendAnswer answer) => null;

    public void Settle(int first, int end, ExportOutcome outcome, Span<ExportOutcome> outcomes)
    {
        for (int i = _first + first; i < _first + end; i++)
            outcomes[_items[i].Position] = outcome;
    }

    public bool ReportRefused(int index, in SendAnswer answer) => false;

    public void Dispose() => _request.Dispose();

    /// <returns>The first span of another resource.</returns>
    private int WriteResource(int first, int end)
    {
        ProtobufWriter.Field resource = _request.Writer.Begin(OtlpTag.RequestResourceSpans);
        _request.Writer.WriteRaw(_items[first].Resource.Span);
        int next = first;
        while (next < end && (next == first || _items[next].HasResourceOf(_items[first])))
            next = WriteScope(next, end);
        _request.Writer.End(resource);
        return next;
    }

    /// <returns>The first span of another scope.</returns>
    private int WriteScope(int first, int end)
    {
        ProtobufWriter.Field scope = _request.Writer.Begin(OtlpTag.ResourceSpansScopeSpans);
        _request.Writer.WriteRaw(_items[first].Scope.Span);
        int next = first;
        for (; next < end && (next == first || _items[next].HasScopeOf(_items[first])); next++)
            _request.Writer.WriteRaw(_items[next].Span.Span);
        _request.Writer.End(scope);
        return next;
    }

    /// <param name="Resource">The fields of its resource.</param>
    /// <param name="Scope">The fields of its scope.</param>
    /// <param name="Span">The span, with tag and length.</param>
    /// <param name="Position">The position in the exported batch.</param>
    private sealed record Item(ReadOnlyMemory<byte> Resource, ReadOnlyMemory<byte> Scope, ReadOnlyMemory<byte> Span, int Position)
    {
        public bool HasResourceOf(Item other) => Resource.Equals(other.Resource) || Resource.Span.SequenceEqual(other.Resource.Span);

        public bool HasScopeOf(Item other) => HasResourceOf(other) && Scope.Span.SequenceEqual(other.Scope.Span);

        /// <summary>Orders by resource and scope. Spans of a scope keep their order.</summary>
        public static int Compare(Item one, Item other)
        {
            int order = one.Resource.Equals(other.Resource) ? 0 : one.Resource.Span.SequenceCompareTo(other.Resource.Span);
            if (order == 0)
                order = one.Scope.Span.SequenceCompareTo(other.Scope.Span);
            return order != 0 ? order : one.Position.CompareTo(other.Position);
        }
    }
}
