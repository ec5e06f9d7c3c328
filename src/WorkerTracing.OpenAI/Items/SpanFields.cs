namespace WorkerTracing;

/// <summary>Holds what the writers of the span types share: the span's attributes, the settings, and the ways to write values.</summary>
internal sealed class SpanFields(Utf8Buffer output, AgentRuns agents) : IDisposable
{
    private readonly JsonValueWriter _values = new(output);

    public Utf8Buffer Output { get; } = output;

    public AgentRuns Agents { get; } = agents;

    public SpanTags Tags { get; } = new();

    /// <summary>Gets the reader for recorded values. It holds one value at a time.</summary>
    public RecordedJson Json { get; } = new();

    /// <summary>Gets or sets where the end time of the last span was written, counted from the start of its item.</summary>
    public int EndTimeAt { get; set; }

    /// <summary>Gets or sets where the error of the last span was written, counted from the start of its item.</summary>
    public int ErrorAt { get; set; }

    public bool IncludeContent { get; set; }

    public bool IsDefaultEndpoint { get; set; }

    /// <summary>Gets whether reasoning is left out of messages: at the default endpoint, as in the reference SDKs.</summary>
    public bool OmitReasoning => IsDefaultEndpoint;

    public void WriteText(string? text)
    {
        if (text is null)
            Output.Write("null"u8);
        else
            JsonString.Write(Output, text);
    }

    /// <summary>Writes a value as JSON. Text that holds an object or an array is written as what it holds.</summary>
    public void WriteJson(object? value)
    {
        if (value is string)
            Output.Write(Json.Read(value).Text);
        else
            WriteValue(value);
    }

    public void WriteValue(object? value) => _values.WriteOrNull(value);

    /// <summary>Writes one member of an object.</summary>
    /// <returns>True: the next member follows one.</returns>
    public bool WriteMember(ReadOnlySpan<char> name, object? value, bool follows)
    {
        if (follows)
            Output.Write((byte)',');
        JsonString.Write(Output, name);
        Output.Write((byte)':');
        WriteValue(value);
        return true;
    }

    /// <summary>Writes one member of an object, or nothing where the value has no JSON form.</summary>
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

    public void Dispose() => Json.Dispose();
}
