namespace WorkerTracing;

/// <summary>
/// Writes lists of messages in the chat API's form, which the dashboard shows. Messages of the conventions consist of <c>parts</c>;
/// others have the chat API's members already, with differences between libraries.
/// </summary>
internal static class ChatMessages
{
    /// <summary>Writes the system instructions and the messages as one array.</summary>
    public static void Write(SpanFields fields, object instructions, object? messages)
    {
        Utf8Buffer output = fields.Output;
        output.Write((byte)'[');
        int start = output.Length;
        WriteInstructions(output, fields.Json.Read(instructions));
        if (messages is not null)
        {
            JsonPart recorded = fields.Json.Read(messages);
            if (recorded.IsArray)
                WriteElements(fields, start, recorded);
            else
                ApiMessage.WriteContent(output, start, recorded, "\"user\""u8);
        }
        output.Write((byte)']');
    }

    /// <summary>Writes the messages as an array. A value that is no array stays as it is.</summary>
    public static void Write(SpanFields fields, object messages)
    {
        JsonPart recorded = fields.Json.Read(messages);
        if (!recorded.IsArray)
        {
            fields.Output.Write(recorded.Text);
            return;
        }
        fields.Output.Write((byte)'[');
        WriteElements(fields, fields.Output.Length, recorded);
        fields.Output.Write((byte)']');
    }

    private static void WriteInstructions(Utf8Buffer output, JsonPart instructions)
    {
        output.Write("{\"role\":\"system\",\"content\":"u8);
        if (instructions.IsArray)
            ContentParts.Write(output, instructions.GetEnumerator(), int.MaxValue, skipReasoning: false);
        else
            output.Write(instructions.Text);
        output.Write((byte)'}');
    }

    private static void WriteElements(SpanFields fields, int start, JsonPart messages)
    {
        foreach (JsonPart message in messages)
        {
            JsonPart parts = message.Find("parts"u8);
            if (parts.IsArray)
                PartsMessage.Write(fields, start, message, parts);
            else if (!fields.OmitReasoning || !IsReasoning(message))
                ApiMessage.WriteElement(fields, start, message);
        }
    }

    private static bool IsReasoning(JsonPart message) => message.Find("type"u8).Text.SequenceEqual("\"reasoning\""u8);
}
