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
                WriteMessage(fields, start, entry, role);
        }
        return Close(fields.Output, start);
    }

    public static bool TryWriteOutput(SpanFields fields, Activity span)
    {
        int start = fields.Output.Length;
        foreach (ref readonly ActivityEvent entry in span.EnumerateEvents())
        {
            if (entry.Name == GenAI.ChoiceEvent)
                WriteMessage(fields, start, entry, "assistant");
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

    private static void WriteMessage(SpanFields fields, int start, in ActivityEvent entry, string role)
    {
        Utf8Buffer output = fields.Output;
        output.Write(output.Length == start ? "["u8 : ","u8);
        JsonPart body = ReadBody(fields.Json, entry);
        JsonPart message = body.Find("message"u8);
        if (!message.IsObject)
            message = body;

        output.Write("{\"role\":"u8);
        JsonPart ownRole = message.Find("role"u8);
        if (ownRole.IsMissing)
            JsonString.Write(output, role);
        else
            output.Write(ownRole.Text);
        output.Write(",\"content\":"u8);
        JsonPart content = message.Find("content"u8);
        output.Write(content.IsMissing ? "null"u8 : content.Text);
        WriteMember(output, "\"tool_calls\""u8, message.Find("tool_calls"u8));
        if (role == "tool")
            WriteMember(output, "\"tool_call_id\""u8, message.Find("id"u8));
        output.Write((byte)'}');
    }

    private static void WriteMember(Utf8Buffer output, ReadOnlySpan<byte> name, JsonPart value)
    {
        if (value.IsMissing)
            return;
        output.Write((byte)',');
        output.Write(name);
        output.Write((byte)':');
        output.Write(value.Text);
    }

    /// <summary>Reads the event's body as one object, whichever way it is recorded.</summary>
    private static JsonPart ReadBody(RecordedJson json, in ActivityEvent entry)
    {
        if (Tag(entry, GenAI.EventBody) is { } recorded)
            return json.Read(recorded);

        Utf8Buffer body = json.Text;
        body.Clear();
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
                json.Append(tag.Value);
            else
                new JsonValueWriter(body).WriteOrNull(tag.Value);
        }
        body.Write((byte)'}');
        return json.ReadText();
    }
}
