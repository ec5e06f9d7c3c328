namespace WorkerTracing;

/// <summary>
/// Turns the conventions' messages, which are made of <c>parts</c>, into the chat API's, which the dashboard shows: text becomes
/// <c>content</c>, tool calls <c>tool_calls</c>, a tool's response a message of its own. Messages without parts stay as they are.
/// </summary>
internal static class ChatMessages
{
    public static void Write(SpanFields fields, object? instructions, object? messages)
    {
        Utf8Buffer output = fields.Output;
        int before = output.Length;
        output.Write((byte)'[');
        int start = output.Length;
        if (instructions is not null)
            WriteInstructions(output, fields.Json.Read(instructions));
        if (messages is not null)
        {
            JsonPart recorded = fields.Json.Read(messages);
            if (!recorded.IsArray && instructions is null)
            {
                output.Truncate(before);
                output.Write(recorded.Text);
                return;
            }
            WriteMessages(output, start, recorded);
        }
        output.Write((byte)']');
    }

    private static void WriteInstructions(Utf8Buffer output, JsonPart instructions)
    {
        output.Write("{\"role\":\"system\",\"content\":"u8);
        if (instructions.IsArray)
            WriteContent(output, instructions);
        else
            output.Write(instructions.Text);
        output.Write((byte)'}');
    }

    private static void WriteMessages(Utf8Buffer output, int start, JsonPart messages)
    {
        if (messages.IsArray)
        {
            foreach (JsonPart message in messages)
                WriteMessage(output, start, message);
            return;
        }
        output.Write(",{\"role\":\"user\",\"content\":"u8);
        output.Write(messages.Text);
        output.Write((byte)'}');
    }

    /// <param name="output">Where the message goes.</param>
    /// <param name="start">Where the array's first element begins.</param>
    /// <param name="message">The message.</param>
    private static void WriteMessage(Utf8Buffer output, int start, JsonPart message)
    {
        JsonPart parts = message.Find("parts"u8);
        if (!parts.IsArray)
        {
            Separate(output, start);
            output.Write(message.Text);
            return;
        }

        bool anyElse = false;
        bool anyResponse = false;
        foreach (JsonPart part in parts)
        {
            bool isResponse = TypeOf(part).SequenceEqual("\"tool_call_response\""u8);
            anyElse |= !isResponse;
            anyResponse |= isResponse;
            if (isResponse)
                WriteToolResponse(output, start, part);
        }
        if (anyElse || !anyResponse)
            WriteParts(output, start, message, parts);
    }

    private static void WriteToolResponse(Utf8Buffer output, int start, JsonPart part)
    {
        Separate(output, start);
        output.Write("{\"role\":\"tool\",\"tool_call_id\":"u8);
        WriteOrNull(output, part.Find("id"u8));
        output.Write(",\"content\":"u8);
        JsonPart response = part.Find("response"u8);
        WriteText(output, response.IsMissing ? part.Find("result"u8) : response);
        output.Write((byte)'}');
    }

    private static void WriteParts(Utf8Buffer output, int start, JsonPart message, JsonPart parts)
    {
        Separate(output, start);
        output.Write("{\"role\":"u8);
        WriteOrNull(output, message.Find("role"u8));
        output.Write(",\"content\":"u8);
        WriteContent(output, parts);
        WriteToolCalls(output, parts);
        foreach (JsonPart member in message)
        {
            if (member.Name.SequenceEqual("role"u8) || member.Name.SequenceEqual("parts"u8) || IsOrdinaryFinish(member))
                continue;
            output.Write(",\""u8);
            output.Write(member.Name);
            output.Write("\":"u8);
            output.Write(member.Text);
        }
        output.Write((byte)'}');
    }

    /// <summary>The chat API's messages don't say why they ended; it is kept where it tells that the message is not whole.</summary>
    private static bool IsOrdinaryFinish(JsonPart member) =>
        member.Name.SequenceEqual("finish_reason"u8)
        && (member.Text.SequenceEqual("\"stop\""u8) || member.Text.SequenceEqual("\"tool_call\""u8)
            || member.Text.SequenceEqual("\"tool_calls\""u8));

    /// <summary>One text is the content itself; several, or parts of other types, are an array; nothing of the kind is null.</summary>
    private static void WriteContent(Utf8Buffer output, JsonPart parts)
    {
        int count = 0;
        JsonPart onlyText = default;
        foreach (JsonPart part in parts)
        {
            ReadOnlySpan<byte> type = TypeOf(part);
            if (IsTool(type))
                continue;
            onlyText = count++ == 0 ? TextOf(part, type) : default;
        }
        if (count <= 1 && (count == 0 || !onlyText.IsMissing))
        {
            WriteOrNull(output, onlyText);
            return;
        }

        output.Write((byte)'[');
        int start = output.Length;
        foreach (JsonPart part in parts)
        {
            ReadOnlySpan<byte> type = TypeOf(part);
            if (IsTool(type))
                continue;
            Separate(output, start);
            JsonPart text = TextOf(part, type);
            if (text.IsMissing)
            {
                output.Write(part.Text);
                continue;
            }
            output.Write("{\"type\":\"text\",\"text\":"u8);
            output.Write(text.Text);
            output.Write((byte)'}');
        }
        output.Write((byte)']');
    }

    private static void WriteToolCalls(Utf8Buffer output, JsonPart parts)
    {
        bool any = false;
        foreach (JsonPart part in parts)
        {
            if (!TypeOf(part).SequenceEqual("\"tool_call\""u8))
                continue;
            output.Write(any ? ","u8 : ",\"tool_calls\":["u8);
            any = true;
            output.Write("{\"id\":"u8);
            WriteOrNull(output, part.Find("id"u8));
            output.Write(",\"type\":\"function\",\"function\":{\"name\":"u8);
            WriteOrNull(output, part.Find("name"u8));
            output.Write(",\"arguments\":"u8);
            WriteText(output, part.Find("arguments"u8));
            output.Write("}}"u8);
        }
        if (any)
            output.Write((byte)']');
    }

    private static ReadOnlySpan<byte> TypeOf(JsonPart part) => part.Find("type"u8).Text;

    private static bool IsTool(ReadOnlySpan<byte> type)
        => type.SequenceEqual("\"tool_call\""u8) || type.SequenceEqual("\"tool_call_response\""u8);

    private static JsonPart TextOf(JsonPart part, ReadOnlySpan<byte> type)
        => type.SequenceEqual("\"text\""u8) ? part.Find("content"u8) : default;

    private static void WriteOrNull(Utf8Buffer output, JsonPart json) => output.Write(json.IsMissing ? "null"u8 : json.Text);

    /// <summary>The chat API wants text where the conventions allow any JSON.</summary>
    private static void WriteText(Utf8Buffer output, JsonPart json)
    {
        if (json.IsMissing || json.IsString || json.Text.SequenceEqual("null"u8))
            WriteOrNull(output, json);
        else
            JsonString.Write(output, json.Text);
    }

    private static void Separate(Utf8Buffer output, int start)
    {
        if (output.Length > start)
            output.Write((byte)',');
    }
}
