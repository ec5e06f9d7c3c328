namespace WorkerTracing;

/// <summary>
/// A value inside of indexed JSON text, or, as <c>default</c>, one that is not there. Nothing is built for it, and nothing searched.
/// </summary>
internal readonly ref struct JsonPart(ReadOnlySpan<byte> json, JsonIndex index, int value)
{
    private readonly ReadOnlySpan<byte> _json = json;
    private readonly JsonIndex? _index = index;
    private readonly int _value = value;

    public bool IsMissing => _index is null;

    public bool IsString => BeginsWith((byte)'"');

    public bool IsArray => BeginsWith((byte)'[');

    public bool IsObject => BeginsWith((byte)'{');

    /// <summary>The value's text; empty for one that is not there.</summary>
    public ReadOnlySpan<byte> Text
    {
        get
        {
            if (_index is null)
                return default;
            ref readonly JsonIndex.Entry entry = ref _index[_value];
            return _json.Slice(entry.Start, entry.Size);
        }
    }

    /// <summary>The name that it has in an object, as it is in the text, without its quotes. Empty in an array.</summary>
    public ReadOnlySpan<byte> Name
    {
        get
        {
            if (_index is null)
                return default;
            ref readonly JsonIndex.Entry entry = ref _index[_value];
            return entry.NameSize == 0 ? default : _json.Slice(entry.MemberStart + 1, entry.NameSize - 3);
        }
    }

    /// <summary>The members of an object, or the elements of an array.</summary>
    public Children GetEnumerator() => new(_json, _index, _value);

    /// <returns>The object's member of that name, the last of several.</returns>
    public JsonPart Find(ReadOnlySpan<byte> name)
    {
        JsonPart found = default;
        foreach (JsonPart member in this)
        {
            if (member.Name.SequenceEqual(name))
                found = member;
        }
        return found;
    }

    private bool BeginsWith(byte first) => _index is not null && _json[_index[_value].Start] == first;

    internal ref struct Children(ReadOnlySpan<byte> json, JsonIndex? index, int parent)
    {
        private readonly ReadOnlySpan<byte> _json = json;
        private int _next = parent + 1;
        private int _current;

        public readonly JsonPart Current => new(_json, index!, _current);

        public bool MoveNext()
        {
            if (index is null || _next >= index[parent].Next)
                return false;
            _current = _next;
            _next = index[_current].Next;
            return true;
        }
    }
}
