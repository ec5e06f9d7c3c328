using System.Diagnostics;

namespace WorkerTracing;

/// <summary>
/// Reads the events of the conventions 1.36, one for each message. The message is in the event's attributes, or in one attribute that
/// holds its whole body as JSON.
/// </summary>
internal static class MessageEvents
{
    public static bool TryWriteInput(SpanFields fields, Activity span)
    {
        int start = fields.Output.Length;
        foreach (ref readonly ActivityEvent entry in span.EnumerateEvents())
        {
            ReadOnlySpan<byte> role = entry.Name switch
            {
                GenAI.SystemMessageEvent => "\"system\""u8,
                GenAI.UserMessageEvent => "\"user\""u8,
                GenAI.AssistantMessageEvent => "\"assistant\""u8,
                GenAI.ToolMessageEvent => "\"tool\""u8,
                _ => default,
            };
            if (!role.IsEmpty)
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
                WriteMessage(fields, start, entry, "\"assistant\""u8);
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

    private static void WriteMessage(SpanFields fields, int start, in ActivityEvent entry, ReadOnlySpan<byte> role)
    {
        Utf8Buffer output = fields.Output;
        JsonPart body = ReadBody(fields.Json, entry);
        JsonPart message = body.Find("message"u8);
        if (!message.IsObject)
            message = body;
        if (!message.IsObject)
            return;

        output.Write(output.Length == start ? "["u8 : ","u8);
        output.Write("{\"role\":"u8);
        ApiMessage.WriteRole(output, message.Find("role"u8), role);
        output.Write(",\"content\":"u8);
        ApiMessage.WriteOrNull(output, message.Find("content"u8));
        ApiMessage.WriteToolCalls(output, message.Find("tool_calls"u8));
        JsonPart id = message.Find("tool_call_id"u8);
        if (id.IsMissing && role.SequenceEqual("\"tool\""u8))
            id = message.Find("id"u8);
        if (!id.IsMissing)
        {
            output.Write(",\"tool_call_id\":"u8);
            output.Write(id.Text);
        }
        JsonPart name = message.Find("name"u8);
        if (name.IsString)
            ApiMessage.WriteMember(output, name);
        output.Write((byte)'}');
    }

    /// <summary>Reads the event's body as one object, from either form.</summary>
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
