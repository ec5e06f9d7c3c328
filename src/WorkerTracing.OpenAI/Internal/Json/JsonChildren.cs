namespace WorkerTracing;

/// <summary>
/// Walks over the members of an object or the elements of an array as slices of its text, without building anything. The text is this exporter's own: compact, and known to be JSON, so
/// that to pass over a value is a search for its end.
/// </summary>
internal ref struct JsonChildren
{
    private readonly ReadOnlySpan<byte> _json;
    private readonly bool _isObject;
    private int _position;

    /// <param name="json">Compact JSON text. Where it is no object and no array there are no children.</param>
    public JsonChildren(ReadOnlySpan<byte> json)
    {
        bool isContainer = !json.IsEmpty && json[0] is (byte)'{' or (byte)'[';
        _json = isContainer ? json : default;
        _isObject = isContainer && json[0] == '{';
    }

    /// <summary>The member's name as it is in the text, without its quotes. Empty in an array.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>The text of the value.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    public readonly JsonChildren GetEnumerator() => this;

    public readonly JsonChild Current => new(Name, Value);

    public bool MoveNext()
    {
        // On the opening bracket, on a comma, or on the closing bracket.
        int start = _position + 1;
        if (start >= _json.Length || (_position == 0 && start == _json.Length - 1))
            return false;
        if (_isObject)
        {
            int length = StringLength(_json[start..]);
            Name = _json.Slice(start + 1, length - 2);
            start += length + 1;
        }
        Value = _json.Slice(start, ValueLength(_json[start..]));
        _position = start + Value.Length;
        return true;
    }

    /// <returns>The text of the member's value; empty when there is none of that name.</returns>
    public static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name)
    {
        ReadOnlySpan<byte> found = default;
        if (!json.IsEmpty && json[0] == '{')
        {
            foreach (JsonChild member in new JsonChildren(json))
            {
                if (member.Name.SequenceEqual(name))
                    found = member.Value;
            }
        }
        return found;
    }

    private static int ValueLength(ReadOnlySpan<byte> text)
    {
        if (text[0] == '"')
            return StringLength(text);
        if (text[0] is not ((byte)'{' or (byte)'['))
            return text.IndexOfAny(",}]"u8);

        int depth = 0;
        for (int i = 0; ;)
        {
            byte at = text[i];
            if (at == '"')
            {
                i += StringLength(text[i..]);
            }
            else
            {
                depth += at is (byte)'{' or (byte)'[' ? 1 : at is (byte)'}' or (byte)']' ? -1 : 0;
                i++;
                if (depth == 0)
                    return i;
            }
        }
    }

    /// <summary>The length of the string that <paramref name="text"/> begins with, quotes included.</summary>
    private static int StringLength(ReadOnlySpan<byte> text)
    {
        for (int i = 1; ;)
        {
            i += text[i..].IndexOfAny((byte)'"', (byte)'\\');
            if (text[i] == '"')
                return i + 1;
            i += 2;
        }
    }
}
