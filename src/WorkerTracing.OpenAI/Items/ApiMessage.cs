namespace WorkerTracing;

/// <summary>
/// Writes a message that has the chat API's members already, without the differences between libraries: roles in lower case, arguments
/// as text, no empty <c>tool_calls</c>, no members that are null but <c>content</c>.
/// </summary>
internal static class ApiMessage
{
    /// <summary>Writes one element of a list of messages. A value that is no message stays as it is.</summary>
    public static void WriteElement(SpanFields fields, int start, JsonPart message)
    {
        Separate(fields.Output, start);
        if (message.Find("choices"u8).IsArray)
            WriteCompletion(fields, message);
        else if (message.Find("role"u8).IsString)
            Write(fields, message);
        else
            fields.Output.Write(message.Text);
    }

    /// <summary>Writes a message whose content is all that is known.</summary>
    public static void WriteContent(Utf8Buffer output, int start, JsonPart content, ReadOnlySpan<byte> role)
    {
        Separate(output, start);
        output.Write("{\"role\":"u8);
        output.Write(role);
        output.Write(",\"content\":"u8);
        output.Write(content.Text);
        output.Write((byte)'}');
    }

    public static void WriteRole(Utf8Buffer output, JsonPart role, ReadOnlySpan<byte> defaultRole)
    {
        int start = output.Length;
        output.Write(role.IsString ? role.Text : defaultRole);
        foreach (ref byte letter in output.From(start))
            letter = letter is >= (byte)'A' and <= (byte)'Z' ? (byte)(letter | 0x20) : letter;
    }

    public static void WriteMember(Utf8Buffer output, JsonPart member)
    {
        output.Write((byte)',');
        output.Write(member.NamedText);
    }

    public static void WriteOrNull(Utf8Buffer output, JsonPart json) => output.Write(json.IsMissing ? "null"u8 : json.Text);

    /// <summary>
    /// Returns true for the reasons of a message that is whole. The chat API's messages have no reason; the others are kept, because
    /// they say that the message was cut.
    /// </summary>
    public static bool IsOrdinaryFinish(JsonPart member)
    {
        ReadOnlySpan<byte> reason = member.Text;
        return reason.SequenceEqual("\"stop\""u8) || reason.SequenceEqual("\"tool_call\""u8) || reason.SequenceEqual("\"tool_calls\""u8)
            || reason.SequenceEqual("\"Stop\""u8) || reason.SequenceEqual("\"ToolCalls\""u8);
    }

    public static void Separate(Utf8Buffer output, int start)
    {
        if (output.Length > start)
            output.Write((byte)',');
    }

    /// <summary>Writes the tool calls of a message, their arguments as text; nothing where there are none.</summary>
    public static void WriteToolCalls(Utf8Buffer output, JsonPart calls)
    {
        bool any = false;
        foreach (JsonPart call in calls)
        {
            output.Write(any ? ","u8 : ",\"tool_calls\":["u8);
            any = true;
            WriteToolCall(output, call);
        }
        if (any)
            output.Write((byte)']');
    }

    private static void WriteToolCall(Utf8Buffer output, JsonPart call)
    {
        JsonPart function = call.Find("function"u8);
        if (!function.IsObject)
        {
            if (call.Find("arguments"u8).IsMissing)
                output.Write(call.Text);
            else
                MessagePart.WriteToolCall(output, call);
            return;
        }
        output.Write("{\"id\":"u8);
        WriteOrNull(output, call.Find("id"u8));
        output.Write(",\"type\":\"function\",\"function\":{\"name\":"u8);
        WriteOrNull(output, function.Find("name"u8));
        output.Write(",\"arguments\":"u8);
        ToolText.Write(output, function.Find("arguments"u8));
        output.Write("}}"u8);
    }

    private static void WriteContent(Utf8Buffer output, JsonPart content, bool skipReasoning)
    {
        if (!content.IsArray || !skipReasoning)
        {
            WriteOrNull(output, content);
            return;
        }
        output.Write((byte)'[');
        int start = output.Length;
        foreach (JsonPart part in content)
        {
            if (MessagePart.KindOf(part) == MessagePartKind.Reasoning)
                continue;
            Separate(output, start);
            output.Write(part.Text);
        }
        output.Write((byte)']');
    }

    private static void Write(SpanFields fields, JsonPart message)
    {
        Utf8Buffer output = fields.Output;
        output.Write("{\"role\":"u8);
        WriteRole(output, message.Find("role"u8), "null"u8);
        output.Write(",\"content\":"u8);
        WriteContent(output, message.Find("content"u8), fields.OmitReasoning);
        foreach (JsonPart member in message)
        {
            ReadOnlySpan<byte> name = member.Name;
            if (name.SequenceEqual("role"u8) || name.SequenceEqual("content"u8) || member.IsNull)
                continue;
            if (name.SequenceEqual("tool_calls"u8))
                WriteToolCalls(output, member);
            else if (name.SequenceEqual("finish_reason"u8) ? !IsOrdinaryFinish(member) : !fields.OmitReasoning || !IsReasoning(name))
                WriteMember(output, member);
        }
        output.Write((byte)'}');
    }

    /// <summary>Writes a whole completion; the messages are in its choices.</summary>
    private static void WriteCompletion(SpanFields fields, JsonPart completion)
    {
        Utf8Buffer output = fields.Output;
        output.Write((byte)'{');
        int start = output.Length;
        foreach (JsonPart member in completion)
        {
            Separate(output, start);
            if (!member.Name.SequenceEqual("choices"u8))
            {
                output.Write(member.NamedText);
                continue;
            }
            output.Write("\"choices\":["u8);
            int first = output.Length;
            foreach (JsonPart choice in member)
                WriteChoice(fields, first, choice);
            output.Write((byte)']');
        }
        output.Write((byte)'}');
    }

    private static void WriteChoice(SpanFields fields, int first, JsonPart choice)
    {
        Utf8Buffer output = fields.Output;
        Separate(output, first);
        output.Write((byte)'{');
        int start = output.Length;
        foreach (JsonPart member in choice)
        {
            Separate(output, start);
            if (member.IsObject && member.Name.SequenceEqual("message"u8))
            {
                output.Write("\"message\":"u8);
                Write(fields, member);
            }
            else
            {
                output.Write(member.NamedText);
            }
        }
        output.Write((byte)'}');
    }

    private static bool IsReasoning(ReadOnlySpan<byte> member) =>
        member.SequenceEqual("reasoning"u8) || member.SequenceEqual("reasoning_content"u8) || member.SequenceEqual("reasoning_details"u8);
}
