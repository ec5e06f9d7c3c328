namespace WorkerTracing;

/// <summary>Writes the arguments and results of tools, which the chat API passes as text.</summary>
internal static class ToolText
{
    /// <summary>
    /// Writes a value as text: a string as it is, null as null, the text of a remote tool's result alone, any other value as its JSON.
    /// </summary>
    public static void Write(Utf8Buffer output, JsonPart value)
    {
        JsonPart text = TextOf(value);
        if (value.IsMissing || value.IsNull)
            output.Write("null"u8);
        else if (!text.IsMissing)
            output.Write(text.Text);
        else if (FieldPreview.Is(value.Text))
            output.Write(value.Text);
        else
            JsonString.Write(output, value.Text);
    }

    /// <summary>
    /// Finds the string that a value is or consists of: Microsoft.Extensions.AI records a text result of a remote tool as
    /// <c>{"$type":"text","text":"..."}</c>, alone or in an array.
    /// </summary>
    private static JsonPart TextOf(JsonPart value)
    {
        if (value.IsString)
            return value;
        if (value.IsArray)
        {
            JsonPart only = default;
            foreach (JsonPart element in value)
            {
                if (!only.IsMissing)
                    return default;
                only = element;
            }
            return only.IsObject ? TextOf(only) : default;
        }
        return value.Find("$type"u8).Text.SequenceEqual("\"text\""u8) && value.Find("text"u8) is { IsString: true } text ? text : default;
    }
}
