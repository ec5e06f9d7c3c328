using System.Text;

namespace WorkerTracing;

/// <summary>
/// Reads one part of a message. Tools that run in the application are <c>tool_call</c> and <c>tool_call_response</c>. Tools that the
/// provider runs are <c>server_tool_call</c> and <c>server_tool_call_response</c>, or, in Microsoft.Extensions.AI, the name of a .NET
/// type that ends with <c>ToolCallContent</c> or <c>ToolResultContent</c>.
/// </summary>
internal static class MessagePart
{
    private static ReadOnlySpan<byte> CallType => "ToolCallContent\""u8;

    private static ReadOnlySpan<byte> ResultType => "ToolResultContent\""u8;

    public static ReadOnlySpan<byte> TypeOf(JsonPart part) => part.Find("type"u8).Text;

    public static MessagePartKind KindOf(JsonPart part)
    {
        ReadOnlySpan<byte> type = TypeOf(part);
        if (type.SequenceEqual("\"reasoning\""u8))
            return MessagePartKind.Reasoning;
        if (type.SequenceEqual("\"tool_call\""u8) || type.SequenceEqual("\"server_tool_call\""u8) || type.EndsWith(CallType))
            return MessagePartKind.ToolCall;
        if (type.SequenceEqual("\"tool_call_response\""u8) || type.SequenceEqual("\"server_tool_call_response\""u8)
            || type.EndsWith(ResultType))
            return MessagePartKind.ToolResponse;
        return MessagePartKind.Content;
    }

    public static JsonPart CallIdOf(JsonPart part)
    {
        JsonPart id = part.Find("id"u8);
        return id.IsMissing ? part.Find("content"u8).Find("callId"u8) : id;
    }

    /// <summary>Finds the response of a tool, whichever of the forms it has.</summary>
    public static JsonPart ResponseOf(JsonPart part)
    {
        JsonPart response = part.Find("response"u8);
        if (response.IsMissing)
            response = part.Find("result"u8);
        if (response.IsMissing)
            response = part.Find("server_tool_call_response"u8);
        if (response.IsMissing)
            response = part.Find("content"u8);
        JsonPart output = response.Find("output"u8);
        return output.IsMissing ? response : output;
    }

    /// <summary>Writes a tool call as an element of the chat API's <c>tool_calls</c>.</summary>
    public static void WriteToolCall(Utf8Buffer output, JsonPart part)
    {
        output.Write("{\"id\":"u8);
        ApiMessage.WriteOrNull(output, CallIdOf(part));
        output.Write(",\"type\":\"function\",\"function\":{\"name\":"u8);
        WriteToolName(output, part);
        output.Write(",\"arguments\":"u8);
        JsonPart arguments = part.Find("arguments"u8);
        JsonPart hosted = part.Find("server_tool_call"u8);
        if (hosted.IsMissing)
            hosted = part.Find("content"u8);
        if (arguments.IsMissing)
            arguments = hosted.Find("arguments"u8);
        if (arguments.IsMissing && hosted.IsObject)
            WriteHostedArguments(output, hosted);
        else
            ToolText.Write(output, arguments);
        output.Write("}}"u8);
    }

    /// <summary>Writes everything that is recorded of the call of a provider's tool, as the text of an object.</summary>
    private static void WriteHostedArguments(Utf8Buffer output, JsonPart hosted)
    {
        using var arguments = new Utf8Buffer();
        arguments.Write((byte)'{');
        foreach (JsonPart member in hosted)
        {
            if (member.Name.SequenceEqual("type"u8) || member.Name.SequenceEqual("callId"u8) || member.Name.SequenceEqual("$type"u8))
                continue;
            if (arguments.Length > 1)
                arguments.Write((byte)',');
            arguments.Write(member.NamedText);
        }
        arguments.Write((byte)'}');
        JsonString.Write(output, arguments.Written);
    }

    private static void WriteToolName(Utf8Buffer output, JsonPart part)
    {
        JsonPart name = part.Find("name"u8);
        ReadOnlySpan<byte> type = TypeOf(part);
        if (!name.IsMissing || !type.EndsWith(CallType))
            ApiMessage.WriteOrNull(output, name);
        else
            JsonString.Write(output, NameOfType(Encoding.UTF8.GetString(type[1..^CallType.Length])));
    }

    /// <summary>Turns the name of a .NET type into the form of a tool's name: <c>web_search</c>.</summary>
    private static string NameOfType(string type)
    {
        var name = new StringBuilder();
        foreach (char letter in type.AsSpan(type.LastIndexOf('.') + 1))
        {
            if (char.IsAsciiLetterUpper(letter) && name.Length > 0)
                name.Append('_');
            name.Append(char.ToLowerInvariant(letter));
        }
        return name.ToString();
    }
}
