namespace WorkerTracing;

/// <summary>
/// What an instrumentation recorded as JSON, in this exporter's one form: an object, or text of JSON, which OpenTelemetry's conventions
/// ask for where a span cannot hold an object. Other text stays text; of what has no JSON form at all there is a preview. Reused from value
/// to value.
/// </summary>
internal sealed class RecordedJson : IDisposable
{
    private readonly JsonIndex _index = new();

    public Utf8Buffer Text { get; } = new();

    /// <summary>Reads one value in the place of what was here.</summary>
    /// <returns>The value, until something else is read.</returns>
    public JsonPart Read(object? value)
    {
        Text.Clear();
        if (TryAppendText(value))
            return Root;
        AppendOther(value);
        return ReadText();
    }

    /// <summary>Reads the value that has been put together in <see cref="Text"/>.</summary>
    /// <returns>The value, until something else is read.</returns>
    public JsonPart ReadText()
    {
        _index.ReadOwn(Text.From(0));
        return Root;
    }

    /// <summary>Writes a value at the end of <see cref="Text"/>.</summary>
    public void Append(object? value)
    {
        if (!TryAppendText(value))
            AppendOther(value);
    }

    public void Dispose()
    {
        Text.Dispose();
        _index.Dispose();
    }

    private JsonPart Root => new(Text.Written, _index, 0);

    private bool TryAppendText(object? value) =>
        value is string text && text.AsSpan().TrimStart() is ['[' or '{', ..] && JsonText.TryCopy(Text, text, _index);

    private void AppendOther(object? value)
    {
        if (value is string text)
            JsonString.Write(Text, text);
        else if (value is byte[] || !new JsonValueWriter(Text) { DropsBadMembers = true }.TryWrite(value))
            FieldPreview.Write(Text, value!);
    }
}
