namespace WorkerTracing;

/// <summary>
/// Writes a message that consists of <c>parts</c>: text becomes <c>content</c>, tool calls become <c>tool_calls</c>, and each tool
/// response becomes a message of its own.
/// </summary>
internal static class PartsMessage
{
    /// <param name="fields">Where the message goes.</param>
    /// <param name="start">Where the first element of the array of messages begins.</param>
    /// <param name="message">The message.</param>
    /// <param name="parts">Its parts.</param>
    public static void Write(SpanFields fields, int start, JsonPart message, JsonPart parts)
    {
        // An assistant's message can hold the call and the response of a tool that the provider runs, and the text that follows. Its
        // parts keep their order. Elsewhere the responses come first: the chat API requires them right behind the calls.
        if (message.Find("role"u8).Text is [(byte)'"', (byte)'a' or (byte)'A', ..])
            WriteInOrder(fields, start, message, parts);
        else
            WriteResponsesFirst(fields, start, message, parts);
    }

    private static void WriteInOrder(SpanFields fields, int start, JsonPart message, JsonPart parts)
    {
        int before = fields.Output.Length;
        JsonPart.Children parted = parts.GetEnumerator();
        JsonPart.Children segment = parted;
        int count = 0;
        while (parted.MoveNext())
        {
            if (MessagePart.KindOf(parted.Current) != MessagePartKind.ToolResponse)
            {
                count++;
                continue;
            }
            if (count > 0)
                WriteSegment(fields, start, message, segment, count, isLast: false);
            WriteToolResponse(fields.Output, start, parted.Current);
            segment = parted;
            count = 0;
        }
        if (count > 0 || fields.Output.Length == before)
            WriteSegment(fields, start, message, segment, count, isLast: true);
    }

    private static void WriteResponsesFirst(SpanFields fields, int start, JsonPart message, JsonPart parts)
    {
        int others = 0;
        int count = 0;
        foreach (JsonPart part in parts)
        {
            count++;
            if (MessagePart.KindOf(part) == MessagePartKind.ToolResponse)
                WriteToolResponse(fields.Output, start, part);
            else
                others++;
        }
        if (others > 0 || count == 0)
            WriteSegment(fields, start, message, parts.GetEnumerator(), count, isLast: true);
    }

    private static void WriteToolResponse(Utf8Buffer output, int start, JsonPart part)
    {
        ApiMessage.Separate(output, start);
        output.Write("{\"role\":\"tool\",\"tool_call_id\":"u8);
        ApiMessage.WriteOrNull(output, MessagePart.CallIdOf(part));
        output.Write(",\"content\":"u8);
        ToolText.Write(output, MessagePart.ResponseOf(part));
        output.Write((byte)'}');
    }

    private static void WriteSegment(SpanFields fields, int start, JsonPart message, JsonPart.Children parts, int count, bool isLast)
    {
        Utf8Buffer output = fields.Output;
        ApiMessage.Separate(output, start);
        output.Write("{\"role\":"u8);
        ApiMessage.WriteRole(output, message.Find("role"u8), "null"u8);
        output.Write(",\"content\":"u8);
        ContentParts.Write(output, parts, count, fields.OmitReasoning);
        WriteToolCalls(output, parts, count);
        foreach (JsonPart member in message)
        {
            bool isWritten = member.Name.SequenceEqual("role"u8) || member.Name.SequenceEqual("parts"u8);
            bool isFinish = member.Name.SequenceEqual("finish_reason"u8);
            if (!isWritten && !member.IsNull && (!isFinish || (isLast && !ApiMessage.IsOrdinaryFinish(member))))
                ApiMessage.WriteMember(output, member);
        }
        output.Write((byte)'}');
    }

    private static void WriteToolCalls(Utf8Buffer output, JsonPart.Children parts, int count)
    {
        bool any = false;
        while (count-- > 0 && parts.MoveNext())
        {
            if (MessagePart.KindOf(parts.Current) != MessagePartKind.ToolCall)
                continue;
            output.Write(any ? ","u8 : ",\"tool_calls\":["u8);
            any = true;
            MessagePart.WriteToolCall(output, parts.Current);
        }
        if (any)
            output.Write((byte)']');
    }
}
