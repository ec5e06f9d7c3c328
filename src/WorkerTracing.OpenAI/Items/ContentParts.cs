namespace WorkerTracing;

/// <summary>Writes the <c>content</c> of a message from its parts, in the forms of the chat API.</summary>
internal static class ContentParts
{
    /// <summary>
    /// Writes a single text as a string, several parts or other types as an array, and null where no part is content.
    /// </summary>
    /// <param name="output">Where it is written.</param>
    /// <param name="parts">The parts, from the first of them.</param>
    /// <param name="count">The number of parts to look at, at most.</param>
    /// <param name="skipReasoning">Whether reasoning is left out.</param>
    public static void Write(Utf8Buffer output, JsonPart.Children parts, int count, bool skipReasoning)
    {
        JsonPart.Children first = parts;
        int contents = 0;
        JsonPart onlyText = default;
        for (int i = 0; i < count && parts.MoveNext(); i++)
        {
            if (IsContent(parts.Current, skipReasoning))
                onlyText = contents++ == 0 ? TextOf(parts.Current) : default;
        }
        if (contents == 0 || (contents == 1 && !onlyText.IsMissing))
        {
            ApiMessage.WriteOrNull(output, onlyText);
            return;
        }

        output.Write((byte)'[');
        int start = output.Length;
        for (int i = 0; i < count && first.MoveNext(); i++)
        {
            if (!IsContent(first.Current, skipReasoning))
                continue;
            ApiMessage.Separate(output, start);
            WritePart(output, first.Current);
        }
        output.Write((byte)']');
    }

    private static bool IsContent(JsonPart part, bool skipReasoning) => MessagePart.KindOf(part) switch
    {
        MessagePartKind.Content => true,
        MessagePartKind.Reasoning => !skipReasoning,
        _ => false,
    };

    private static JsonPart TextOf(JsonPart part)
    {
        if (!MessagePart.TypeOf(part).SequenceEqual("\"text\""u8))
            return default;
        JsonPart content = part.Find("content"u8);
        return content.IsMissing ? part.Find("text"u8) : content;
    }

    private static void WritePart(Utf8Buffer output, JsonPart part)
    {
        JsonPart text = TextOf(part);
        if (!text.IsMissing)
        {
            WriteMember(output, "{\"type\":\"text\",\"text\":"u8, text);
            return;
        }
        ReadOnlySpan<byte> type = MessagePart.TypeOf(part);
        JsonPart content = part.Find("content"u8);
        bool isWritten =
            type.SequenceEqual("\"uri\""u8) ? TryWriteUri(output, part)
            : type.SequenceEqual("\"blob\""u8) && content.IsString ? TryWriteBlob(output, part, content)
            : type.SequenceEqual("\"file\""u8) ? TryWriteFile(output, part)
            : type.SequenceEqual("\"error\""u8) && content.IsString && TryWriteRefusal(output, content);
        if (!isWritten)
            output.Write(part.Text);
    }

    private static bool TryWriteUri(Utf8Buffer output, JsonPart part)
    {
        JsonPart uri = part.Find("uri"u8);
        if (!uri.IsString || !IsOfType(part, "\"image"u8))
            return false;
        WriteMember(output, "{\"type\":\"image_url\",\"image_url\":{\"url\":"u8, uri);
        output.Write((byte)'}');
        return true;
    }

    private static bool TryWriteBlob(Utf8Buffer output, JsonPart part, JsonPart content)
    {
        JsonPart mime = part.Find("mime_type"u8);
        if (IsOfType(part, "\"audio"u8))
        {
            output.Write("{\"type\":\"input_audio\",\"input_audio\":{\"data\":"u8);
            output.Write(content.Text);
            output.Write(",\"format\":\""u8);
            ReadOnlySpan<byte> format = mime.IsString ? mime.Text[1..^1] : default;
            format = format[(format.IndexOf((byte)'/') + 1)..];
            output.Write(format.SequenceEqual("mpeg"u8) ? "mp3"u8 : format.StartsWith("x-"u8) ? format[2..] : format);
            output.Write("\"}}"u8);
            return true;
        }
        output.Write(IsOfType(part, "\"image"u8)
            ? "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:"u8
            : "{\"type\":\"file\",\"file\":{\"file_data\":\"data:"u8);
        output.Write(mime.IsString ? mime.Text[1..^1] : "application/octet-stream"u8);
        output.Write(";base64,"u8);
        output.Write(content.Text[1..]);
        output.Write("}}"u8);
        return true;
    }

    private static bool TryWriteFile(Utf8Buffer output, JsonPart part)
    {
        JsonPart id = part.Find("file_id"u8);
        if (!id.IsString)
            return false;
        WriteMember(output, "{\"type\":\"file\",\"file\":{\"file_id\":"u8, id);
        output.Write((byte)'}');
        return true;
    }

    /// <summary>Microsoft.Extensions.AI records a model's refusal as an error.</summary>
    private static bool TryWriteRefusal(Utf8Buffer output, JsonPart content)
    {
        WriteMember(output, "{\"type\":\"refusal\",\"refusal\":"u8, content);
        return true;
    }

    private static void WriteMember(Utf8Buffer output, ReadOnlySpan<byte> head, JsonPart value)
    {
        output.Write(head);
        output.Write(value.Text);
        output.Write((byte)'}');
    }

    private static bool IsOfType(JsonPart part, ReadOnlySpan<byte> kind) =>
        part.Find("modality"u8).Text.StartsWith(kind) || part.Find("mime_type"u8).Text.StartsWith(kind);
}
