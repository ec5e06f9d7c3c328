namespace WorkerTracing;

/// <summary>
/// Turns the conventions' messages, which are made of <c>parts</c>, into the chat API's, which the dashboard shows: text becomes
/// <c>content</c>, tool calls <c>tool_calls</c>, a tool's response a message of its own. Messages without parts stay as they are.
/// </summary>
internal static class ChatMessages
{
    public static void Write(Utf8Buffer output, object? instructions, object? messages)
    {
        using var json = new Utf8Buffer();
        if (messages is null)
            json.Write("[]"u8);
        else
            SpanFields.WriteJson(json, messages);
        if (json.Written[0] != '[' && instructions is null)
        {
            output.Write(json.Written);
            return;
        }

        output.Write((byte)'[');
        int start = output.Length;
        if (instructions is not null)
            WriteInstructions(output, instructions);
        if (json.Written[0] != '[')
        {
            output.Write(",{\"role\":\"user\",\"content\":"u8);
            output.Write(json.Written);
            output.Write((byte)'}');
        }
        else
        {
            foreach (JsonChild message in new JsonChildren(json.Written))
                WriteMessage(output, start, message.Value);
        }
        output.Write((byte)']');
    }

    private static void WriteInstructions(Utf8Buffer output, object instructions)
    {
        using var json = new Utf8Buffer();
        SpanFields.WriteJson(json, instructions);
        output.Write("{\"role\":\"system\",\"content\":"u8);
        if (json.Written[0] == '[')
            WriteContent(output, json.Written);
        else
            output.Write(json.Written);
        output.Write((byte)'}');
    }

    /// <param name="output">Where the message goes.</param>
    /// <param name="start">Where the array's first element begins.</param>
    /// <param name="message">The message's compact JSON.</param>
    private static void WriteMessage(Utf8Buffer output, int start, ReadOnlySpan<byte> message)
    {
        ReadOnlySpan<byte> parts = JsonChildren.Find(message, "parts"u8);
        if (parts.IsEmpty || parts[0] != '[')
        {
            Separate(output, start);
            output.Write(message);
            return;
        }

        bool anyElse = false;
        bool anyResponse = false;
        foreach (JsonChild part in new JsonChildren(parts))
        {
            bool isResponse = IsOfType(part.Value, "\"tool_call_response\""u8);
            anyElse |= !isResponse;
            anyResponse |= isResponse;
            if (isResponse)
                WriteToolResponse(output, start, part.Value);
        }
        if (anyElse || !anyResponse)
            WriteParts(output, start, message, parts);
    }

    private static void WriteToolResponse(Utf8Buffer output, int start, ReadOnlySpan<byte> part)
    {
        Separate(output, start);
        output.Write("{\"role\":\"tool\",\"tool_call_id\":"u8);
        WriteOrNull(output, JsonChildren.Find(part, "id"u8));
        output.Write(",\"content\":"u8);
        ReadOnlySpan<byte> response = JsonChildren.Find(part, "response"u8);
        WriteText(output, response.IsEmpty ? JsonChildren.Find(part, "result"u8) : response);
        output.Write((byte)'}');
    }

    private static void WriteParts(Utf8Buffer output, int start, ReadOnlySpan<byte> message, ReadOnlySpan<byte> parts)
    {
        Separate(output, start);
        output.Write("{\"role\":"u8);
        WriteOrNull(output, JsonChildren.Find(message, "role"u8));
        output.Write(",\"content\":"u8);
        WriteContent(output, parts);
        WriteToolCalls(output, parts);
        foreach (JsonChild member in new JsonChildren(message))
        {
            if (member.Name.SequenceEqual("role"u8) || member.Name.SequenceEqual("parts"u8) || IsOrdinaryFinish(member))
                continue;
            output.Write(",\""u8);
            output.Write(member.Name);
            output.Write("\":"u8);
            output.Write(member.Value);
        }
        output.Write((byte)'}');
    }

    /// <summary>The chat API's messages don't say why they ended; it is kept where it tells that the message is not whole.</summary>
    private static bool IsOrdinaryFinish(JsonChild member) =>
        member.Name.SequenceEqual("finish_reason"u8)
        && (member.Value.SequenceEqual("\"stop\""u8) || member.Value.SequenceEqual("\"tool_call\""u8) || member.Value.SequenceEqual("\"tool_calls\""u8));

    /// <summary>One text is the content itself; several, or parts of other types, are an array; nothing of the kind is null.</summary>
    private static void WriteContent(Utf8Buffer output, ReadOnlySpan<byte> parts)
    {
        int count = 0;
        ReadOnlySpan<byte> onlyText = default;
        foreach (JsonChild part in new JsonChildren(parts))
        {
            if (IsToolPart(part.Value))
                continue;
            onlyText = count++ == 0 && IsOfType(part.Value, "\"text\""u8) ? JsonChildren.Find(part.Value, "content"u8) : default;
        }
        if (count <= 1 && (count == 0 || !onlyText.IsEmpty))
        {
            WriteOrNull(output, onlyText);
            return;
        }

        output.Write((byte)'[');
        int start = output.Length;
        foreach (JsonChild part in new JsonChildren(parts))
        {
            if (IsToolPart(part.Value))
                continue;
            Separate(output, start);
            ReadOnlySpan<byte> text = IsOfType(part.Value, "\"text\""u8) ? JsonChildren.Find(part.Value, "content"u8) : default;
            if (text.IsEmpty)
            {
                output.Write(part.Value);
                continue;
            }
            output.Write("{\"type\":\"text\",\"text\":"u8);
            output.Write(text);
            output.Write((byte)'}');
        }
        output.Write((byte)']');
    }

    private static void WriteToolCalls(Utf8Buffer output, ReadOnlySpan<byte> parts)
    {
        bool any = false;
        foreach (JsonChild part in new JsonChildren(parts))
        {
            if (!IsOfType(part.Value, "\"tool_call\""u8))
                continue;
            output.Write(any ? ","u8 : ",\"tool_calls\":["u8);
            any = true;
            output.Write("{\"id\":"u8);
            WriteOrNull(output, JsonChildren.Find(part.Value, "id"u8));
            output.Write(",\"type\":\"function\",\"function\":{\"name\":"u8);
            WriteOrNull(output, JsonChildren.Find(part.Value, "name"u8));
            output.Write(",\"arguments\":"u8);
            WriteText(output, JsonChildren.Find(part.Value, "arguments"u8));
            output.Write("}}"u8);
        }
        if (any)
            output.Write((byte)']');
    }

    private static bool IsToolPart(ReadOnlySpan<byte> part) => IsOfType(part, "\"tool_call\""u8) || IsOfType(part, "\"tool_call_response\""u8);

    private static bool IsOfType(ReadOnlySpan<byte> part, ReadOnlySpan<byte> type) => JsonChildren.Find(part, "type"u8).SequenceEqual(type);

    private static void WriteOrNull(Utf8Buffer output, ReadOnlySpan<byte> json) => output.Write(json.IsEmpty ? "null"u8 : json);

    /// <summary>The chat API wants text where the conventions allow any JSON.</summary>
    private static void WriteText(Utf8Buffer output, ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty || json[0] == '"' || json.SequenceEqual("null"u8))
            WriteOrNull(output, json);
        else
            JsonString.Write(output, json);
    }

    private static void Separate(Utf8Buffer output, int start)
    {
        if (output.Length > start)
            output.Write((byte)',');
    }
}
