using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace WorkerTracing;

/// <summary>
/// Writes attribute values as JSON. A value that JSON cannot represent (NaN, a cycle, a collection or an object that throws while it is
/// read) becomes null, or with <see cref="DropsBadMembers"/> is left out of its object. The values around it are not affected.
/// </summary>
/// <remarks>
/// Known types are written as JSON; any other object as the text of its <see cref="object.ToString"/>, as OpenTelemetry does, without
/// reflection. Not safe for concurrent use.
/// </remarks>
internal sealed class JsonValueWriter(Utf8Buffer output)
{
    /// <summary>
    /// A value is given up after this many elements of sequences of unknown length, which might never end.
    /// </summary>
    private const int MaxLazyElements = 100_000;

    /// <summary>A value with more elements than this is given up, whatever its collections report as their length.</summary>
    private const int MaxElements = 1_000_000;

    /// <summary>A collection that has grown to this many bytes is given up.</summary>
    private const int MaxBytes = 64 * 1024 * 1024;

    /// <summary>A deeper collection is given up: each level uses stack.</summary>
    private const int MaxDepth = 128;

    private readonly List<object> _path = [];
    private int _lazyElements;
    private int _elements;
    private int _start;

    /// <summary>
    /// Gets or sets whether a member that cannot be written is left out of its object, as the reference does in fields that it cleans.
    /// </summary>
    public bool DropsBadMembers { get; set; }

    public void WriteOrNull(object? value)
    {
        if (!TryWrite(value))
            output.Write("null"u8);
    }

    /// <returns>False, with nothing written, if the value has no JSON form.</returns>
    [SuppressMessage(
        "Design", "CA1031",
        Justification = "Values and their converters are application code; a value that throws is left out.")]
    public bool TryWrite(object? value)
    {
        int start = output.Length;
        int depth = _path.Count;
        if (depth == 0)
            (_lazyElements, _elements, _start) = (0, 0, start);
        try
        {
            if (TryWriteValue(value))
                return true;
        }
        catch (Exception)
        {
            // Application code ran: an enumerator, a ToString. Its failure affects this value alone.
        }
        output.Truncate(start);
        _path.RemoveRange(depth, _path.Count - depth);
        return false;
    }

    private bool TryWriteValue(object? value)
    {
        switch (value)
        {
            case null:
                output.Write("null"u8);
                return true;
            case string text:
                JsonString.Write(output, text);
                return true;
            case bool flag:
                output.Write(flag ? "true"u8 : "false"u8);
                return true;
            case double number:
                return JsonNumber.TryWrite(output, number);
            case float number:
                return JsonNumber.TryWrite(output, number);
            case Half number:
                return JsonNumber.TryWrite(output, (double)number);
            case Enum:
                JsonString.Write(output, value.ToString());
                return true;
            case sbyte or byte or short or ushort or int or uint or long:
                JsonNumber.Write(output, Convert.ToInt64(value, CultureInfo.InvariantCulture));
                return true;
            case ulong or nint or nuint or decimal or BigInteger or Int128 or UInt128:
                output.Write(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture));
                return true;
            case DateTime time:
                JsonString.Write(output, time.ToString("O", CultureInfo.InvariantCulture));
                return true;
            case DateTimeOffset time:
                JsonString.Write(output, time.ToString("O", CultureInfo.InvariantCulture));
                return true;
            case byte[] bytes:
                JsonString.Write(output, Convert.ToBase64String(bytes));
                return true;
            case JsonElement or JsonDocument or JsonNode:
                return TryWriteJson(value);
            case IEnumerable sequence:
                return TryWriteContainer(sequence);
            default:
                JsonString.Write(
                    output,
                    value is IFormattable formattable ? formattable.ToString(null, CultureInfo.InvariantCulture) : value.ToString());
                return true;
        }
    }

    private bool TryWriteJson(object value) => value switch
    {
        JsonElement { ValueKind: JsonValueKind.Undefined } => false,
        JsonElement element => JsonText.TryCopy(output, JsonMarshal.GetRawUtf8Value(element)),
        JsonDocument document => JsonText.TryCopy(output, JsonMarshal.GetRawUtf8Value(document.RootElement)),
        _ => JsonText.TryCopy(output, Encoding.UTF8.GetBytes(((JsonNode)value).ToJsonString())),
    };

    private bool TryWriteContainer(IEnumerable value)
    {
        if (_path.Count == MaxDepth || IsOnPath(value))
            return false;

        _path.Add(value);
        bool written = value switch
        {
            IDictionary map => TryWriteMap(map),
            IEnumerable<KeyValuePair<string, object?>> pairs => TryWriteMembers(pairs),
            IEnumerable<KeyValuePair<string, string?>> pairs => TryWriteMembers(pairs),
            _ => TryWriteArray(value),
        };
        _path.RemoveAt(_path.Count - 1);
        return written;
    }

    private bool TryWriteMap(IDictionary map)
    {
        output.Write((byte)'{');
        bool follows = false;
        foreach (DictionaryEntry entry in map)
        {
            if (IsTooMuch(lazy: false))
                return false;
            follows |= WriteMember(Convert.ToString(entry.Key, CultureInfo.InvariantCulture) ?? "", entry.Value, follows);
        }
        output.Write((byte)'}');
        return true;
    }

    private bool TryWriteMembers<T>(IEnumerable<KeyValuePair<string, T>> pairs)
    {
        output.Write((byte)'{');
        bool follows = false;
        bool lazy = pairs is not ICollection and not IReadOnlyCollection<KeyValuePair<string, T>>;
        foreach (KeyValuePair<string, T> pair in pairs)
        {
            if (IsTooMuch(lazy))
                return false;
            follows |= WriteMember(pair.Key, pair.Value, follows);
        }
        output.Write((byte)'}');
        return true;
    }

    private bool TryWriteArray(IEnumerable sequence)
    {
        output.Write((byte)'[');
        bool follows = false;
        foreach (object? element in sequence)
        {
            if (IsTooMuch(sequence is not ICollection))
                return false;
            if (follows)
                output.Write((byte)',');
            follows = true;
            WriteOrNull(element);
        }
        output.Write((byte)']');
        return true;
    }

    private bool WriteMember(string name, object? value, bool follows)
    {
        int start = output.Length;
        if (follows)
            output.Write((byte)',');
        JsonString.Write(output, name);
        output.Write((byte)':');
        if (TryWrite(value))
            return true;
        if (DropsBadMembers)
        {
            output.Truncate(start);
            return false;
        }
        output.Write("null"u8);
        return true;
    }

    /// <summary>Counts one more element of a collection. Once the limit is exceeded, it stays exceeded for the rest of the value.</summary>
    private bool IsTooMuch(bool lazy)
    {
        if (output.Length - _start > MaxBytes)
            _elements = MaxElements;
        return (lazy && ++_lazyElements > MaxLazyElements) || ++_elements > MaxElements;
    }

    private bool IsOnPath(object value)
    {
        foreach (object ancestor in _path)
        {
            if (ReferenceEquals(ancestor, value))
                return true;
        }
        return false;
    }
}
