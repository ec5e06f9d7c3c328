namespace WorkerTracing;

/// <summary>
/// Reads attribute values as JSON: an object, or text that holds JSON, which OpenTelemetry's conventions require where an attribute
/// cannot hold an object. Other text is a JSON string. A value without a JSON form becomes a preview. Reused from value to value.
/// </summary>
internal sealed class RecordedJson : IDisposable
{
    private readonly JsonIndex _index = new();

    public Utf8Buffer Text { get; } = new();

    private JsonPart Root => new(Text.Written, _index, 0);

    /// <summary>Reads a value, in which text counts as JSON if it is an object or an array.</summary>
    /// <returns>The value. Valid until the next call.</returns>
    public JsonPart Read(object? value)
    {
        Text.Clear();
        if (TryAppendJson(value))
            return Root;
        AppendOther(value);
        return ReadText();
    }

    /// <summary>Reads a value, in which text counts as JSON whatever JSON it is: a string, a number, <c>null</c> too.</summary>
    /// <returns>The value. Valid until the next call.</returns>
    public JsonPart ReadAny(object? value)
    {
        Text.Clear();
        if (value is string text && JsonText.TryCopy(Text, text, _index))
            return Root;
        return Read(value);
    }

    /// <summary>Reads the value that has been composed in <see cref="Text"/>.</summary>
    /// <returns>The value. Valid until the next call.</returns>
    public JsonPart ReadText()
    {
        _index.ReadOwn(Text.From(0));
        return Root;
    }

    /// <summary>Appends a value to <see cref="Text"/>.</summary>
    public void Append(object? value)
    {
        if (!TryAppendJson(value))
            AppendOther(value);
    }

    public void Dispose()
    {
        Text.Dispose();
        _index.Dispose();
    }

    private bool TryAppendJson(object? value) =>
        value is string text && text.AsSpan().TrimStart() is ['[' or '{', ..] && JsonText.TryCopy(Text, text, _index);

    private void AppendOther(object? value)
    {
        if (value is string text)
            JsonString.Write(Text, text);
        else if (value is byte[] || !new JsonValueWriter(Text) { DropsBadMembers = true }.TryWrite(value))
            FieldPreview.Write(Text, value!);
    }
}
