using System.Text.Json;

namespace WorkerTracing;

/// <summary>Walks over the members of an object or the elements of an array as slices of its text, without building anything.</summary>
internal ref struct JsonChildren
{
    private readonly ReadOnlySpan<byte> _json;
    private Utf8JsonReader _reader;

    /// <param name="json">JSON text. Where it is no object and no array there are no children.</param>
    public JsonChildren(ReadOnlySpan<byte> json)
    {
        _json = json;
        _reader = JsonText.CreateReader(json);
        _reader.Read();
    }

    /// <summary>The member's name as it is in the text, without its quotes. Empty in an array.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>The text of the value.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    public readonly JsonChildren GetEnumerator() => this;

    public readonly JsonChild Current => new(Name, Value);

    public bool MoveNext()
    {
        if (!_reader.Read() || _reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
            return false;
        if (_reader.TokenType == JsonTokenType.PropertyName)
        {
            Name = _reader.ValueSpan;
            _reader.Read();
        }
        int start = (int)_reader.TokenStartIndex;
        _reader.Skip();
        Value = _json[start..(int)_reader.BytesConsumed];
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
}
