namespace WorkerTracing;

/// <summary>What the writers of the span types share: the span's attributes and the ways to write them.</summary>
internal sealed class SpanFields(Utf8Buffer output) : IDisposable
{
    private readonly JsonValueWriter _values = new(output);

    public Utf8Buffer Output { get; } = output;

    public SpanTags Tags { get; } = new();

    /// <summary>The value that is being read, one at a time.</summary>
    public RecordedJson Json { get; } = new();

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

    /// <summary>Writes a value as text: what is no text already, as the text of its JSON.</summary>
    public void WriteAsText(object? value)
    {
        if (value is null or string)
        {
            WriteText((string?)value);
            return;
        }
        ReadOnlySpan<byte> json = Json.Read(value).Text;
        if (json[0] == '"' || FieldPreview.Is(json))
            Output.Write(json);
        else
            JsonString.Write(Output, json);
    }

    public void Dispose() => Json.Dispose();
}
