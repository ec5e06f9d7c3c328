using System.Text;

namespace WorkerTracing;

/// <summary>What the writers of the span types share: the span's attributes and the ways to write them.</summary>
internal sealed class SpanFields(Utf8Buffer output)
{
    private readonly JsonValueWriter _values = new(output);

    public Utf8Buffer Output { get; } = output;

    public SpanTags Tags { get; } = new();

    public bool IncludeContent { get; set; }

    public void WriteText(string? text)
    {
        if (text is null)
            Output.Write("null"u8);
        else
            JsonString.Write(Output, text);
    }

    public void WriteValue(object? value) => _values.WriteOrNull(value);

    /// <summary>Writes one member of an object.</summary>
    /// <returns>True: whatever comes next follows one.</returns>
    public bool WriteMember(ReadOnlySpan<char> name, object? value, bool follows)
    {
        if (follows)
            Output.Write((byte)',');
        JsonString.Write(Output, name);
        Output.Write((byte)':');
        WriteValue(value);
        return true;
    }

    /// <summary>As <see cref="WriteMember"/>, but what has no JSON form is left out.</summary>
    public bool TryWriteMember(ReadOnlySpan<char> name, object? value, bool follows)
    {
        int start = Output.Length;
        if (follows)
            Output.Write((byte)',');
        JsonString.Write(Output, name);
        Output.Write((byte)':');
        if (_values.TryWrite(value))
            return true;
        Output.Truncate(start);
        return follows;
    }

    /// <summary>
    /// Writes an attribute that holds JSON: as an object, or as text of JSON, which OpenTelemetry's conventions ask for where a
    /// span cannot hold an object. Other text stays text; of what has no JSON form at all there is a preview.
    /// </summary>
    public static void WriteJson(Utf8Buffer output, object? value)
    {
        if (value is string text)
        {
            if (!TryWriteJsonText(output, text))
                JsonString.Write(output, text);
        }
        else if (value is byte[] || !new JsonValueWriter(output) { DropsBadMembers = true }.TryWrite(value))
        {
            FieldPreview.Write(output, value!);
        }
    }

    /// <summary>Writes a value as text: what is no text already, as the text of its JSON.</summary>
    public void WriteAsText(object? value)
    {
        if (value is null or string)
        {
            WriteText((string?)value);
            return;
        }
        using var json = new Utf8Buffer();
        WriteJson(json, value);
        if (json.Written[0] == '"' || FieldPreview.Is(json.Written))
            Output.Write(json.Written);
        else
            JsonString.Write(Output, json.Written);
    }

    private static bool TryWriteJsonText(Utf8Buffer output, string text)
    {
        ReadOnlySpan<char> trimmed = text.AsSpan().TrimStart();
        if (trimmed.IsEmpty || trimmed[0] is not ('[' or '{'))
            return false;
        using var utf8 = new Utf8Buffer();
        utf8.Advance(Encoding.UTF8.GetBytes(text, utf8.GetSpan(Encoding.UTF8.GetByteCount(text))));
        return JsonText.TryCopy(output, utf8.Written);
    }
}
