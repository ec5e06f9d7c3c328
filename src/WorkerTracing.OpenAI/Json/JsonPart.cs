using System.Text.Json;

namespace WorkerTracing;

/// <summary>A value inside indexed JSON text. The default is a value that is missing. Reading one builds no objects.</summary>
internal readonly ref struct JsonPart(ReadOnlySpan<byte> json, JsonIndex index, int value)
{
    private readonly ReadOnlySpan<byte> _json = json;
    private readonly JsonIndex? _index = index;
    private readonly int _value = value;

    public bool IsMissing => _index is null;

    public bool IsString => BeginsWith((byte)'"');

    public bool IsArray => BeginsWith((byte)'[');

    public bool IsObject => BeginsWith((byte)'{');

    public bool IsNull => BeginsWith((byte)'n');

    /// <summary>Gets the value's text; empty for a missing value.</summary>
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

    /// <summary>Gets the text of the name and the value of an object's member: <c>"name":value</c>.</summary>
    public ReadOnlySpan<byte> NamedText
    {
        get
        {
            if (_index is null)
                return default;
            ref readonly JsonIndex.Entry entry = ref _index[_value];
            return _json[entry.MemberStart..entry.End];
        }
    }

    /// <summary>Gets the name of an object's member as it is in the text, without quotes. Empty in an array.</summary>
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

    /// <summary>Enumerates the members of an object, or the elements of an array; nothing for other values.</summary>
    public Children GetEnumerator() => new(_json, _index, _value);

    /// <summary>Gets the text in a JSON string; null for other values.</summary>
    public string? ToText()
    {
        if (!IsString)
            return null;
        var reader = new Utf8JsonReader(Text);
        return reader.Read() ? reader.GetString() : null;
    }

    /// <summary>Finds the object's member of that name, the last of several.</summary>
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
