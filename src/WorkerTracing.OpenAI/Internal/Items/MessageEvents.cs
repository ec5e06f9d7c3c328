using System.Diagnostics;

namespace WorkerTracing;

/// <summary>
/// Reads the events of the conventions 1.36, one a message. What they say is in their attributes, or in one attribute with their
/// whole body as JSON.
/// </summary>
internal static class MessageEvents
{
    public static bool TryWriteInput(SpanFields fields, Activity span)
    {
        int start = fields.Output.Length;
        foreach (ref readonly ActivityEvent entry in span.EnumerateEvents())
        {
            string? role = entry.Name switch
            {
                GenAI.SystemMessageEvent => "system",
                GenAI.UserMessageEvent => "user",
                GenAI.AssistantMessageEvent => "assistant",
                GenAI.ToolMessageEvent => "tool",
                _ => null,
            };
            if (role is not null)
                WriteMessage(fields.Output, start, entry, role);
        }
        return Close(fields.Output, start);
    }

    public static bool TryWriteOutput(SpanFields fields, Activity span)
    {
        int start = fields.Output.Length;
        foreach (ref readonly ActivityEvent entry in span.EnumerateEvents())
        {
            if (entry.Name == GenAI.ChoiceEvent)
                WriteMessage(fields.Output, start, entry, "assistant");
        }
        return Close(fields.Output, start);
    }

    public static object? Tag(in ActivityEvent entry, string name)
    {
        foreach (ref readonly KeyValuePair<string, object?> tag in entry.EnumerateTagObjects())
        {
            if (tag.Key == name)
                return tag.Value;
        }
        return null;
    }

    private static bool Close(Utf8Buffer output, int start)
    {
        if (output.Length == start)
            return false;
        output.Write((byte)']');
        return true;
    }

    private static void WriteMessage(Utf8Buffer output, int start, in ActivityEvent entry, string role)
    {
        output.Write(output.Length == start ? "["u8 : ","u8);
        using var body = new Utf8Buffer();
        WriteBody(body, entry);
        ReadOnlySpan<byte> message = JsonChildren.Find(body.Written, "message"u8);
        if (message.IsEmpty || message[0] != '{')
            message = body.Written;

        output.Write("{\"role\":"u8);
        ReadOnlySpan<byte> ownRole = JsonChildren.Find(message, "role"u8);
        if (ownRole.IsEmpty)
            JsonString.Write(output, role);
        else
            output.Write(ownRole);
        output.Write(",\"content\":"u8);
        ReadOnlySpan<byte> content = JsonChildren.Find(message, "content"u8);
        output.Write(content.IsEmpty ? "null"u8 : content);
        WriteMember(output, "\"tool_calls\""u8, JsonChildren.Find(message, "tool_calls"u8));
        if (role == "tool")
            WriteMember(output, "\"tool_call_id\""u8, JsonChildren.Find(message, "id"u8));
        output.Write((byte)'}');
    }

    private static void WriteMember(Utf8Buffer output, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
            return;
        output.Write((byte)',');
        output.Write(name);
        output.Write((byte)':');
        output.Write(value);
    }

    /// <summary>Writes the event's body as one object, whichever way it is recorded.</summary>
    private static void WriteBody(Utf8Buffer body, in ActivityEvent entry)
    {
        if (Tag(entry, GenAI.EventBody) is { } recorded)
        {
            SpanFields.WriteJson(body, recorded);
            return;
        }

        body.Write((byte)'{');
        foreach (ref readonly KeyValuePair<string, object?> tag in entry.EnumerateTagObjects())
        {
            if (tag.Key is not ("role" or "content" or "tool_calls" or "id" or "message"))
                continue;
            if (body.Length > 1)
                body.Write((byte)',');
            JsonString.Write(body, tag.Key);
            body.Write((byte)':');
            if (tag.Key is "message" or "tool_calls")
                SpanFields.WriteJson(body, tag.Value);
            else
                new JsonValueWriter(body).WriteOrNull(tag.Value);
        }
        body.Write((byte)'}');
    }
}
