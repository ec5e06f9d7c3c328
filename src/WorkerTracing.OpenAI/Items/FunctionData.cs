using System.Diagnostics;

namespace WorkerTracing;

/// <summary>Writes the <c>span_data</c> of a tool's execution.</summary>
internal static class FunctionData
{
    public static void Write(SpanFields fields, Activity span)
    {
        Utf8Buffer output = fields.Output;
        output.Write("{\"type\":\"function\",\"name\":"u8);
        fields.WriteText(fields.Tags.Text(GenAI.ToolName) ?? OperationTarget.Of(span, GenAIOperation.ExecuteTool));
        output.Write(",\"input\":"u8);
        WriteContent(fields, GenAI.ToolArguments);
        output.Write(",\"output\":"u8);
        WriteContent(fields, GenAI.ToolResult);
        output.Write(",\"mcp_data\":"u8);
        WriteMcpData(fields);
        output.Write((byte)'}');
    }

    /// <summary>
    /// Writes arguments or a result as text. Libraries record them as JSON: a JSON string becomes the text in it, null stays null, and
    /// any other value becomes the text of its compact JSON.
    /// </summary>
    private static void WriteContent(SpanFields fields, string attribute)
    {
        int start = fields.Output.Length;
        if (fields.IncludeContent && fields.Tags[attribute] is { } recorded)
            ToolText.Write(fields.Output, fields.Json.ReadAny(recorded));
        else
            fields.Output.Write("null"u8);
        FieldLimit.Apply(fields.Output, start);
    }

    /// <summary>Writes the server, and the other <c>mcp.*</c> attributes by the rest of their names; null without any.</summary>
    private static void WriteMcpData(SpanFields fields)
    {
        Utf8Buffer output = fields.Output;
        bool any = false;
        foreach ((string name, object? value) in fields.Tags)
        {
            if (!name.StartsWith(GenAI.McpPrefix, StringComparison.Ordinal))
                continue;
            if (!any)
            {
                output.Write("{\"server\":"u8);
                fields.WriteValue(McpToolsData.ServerOf(fields.Tags));
                any = true;
            }
            if (name is not (GenAI.McpServer or GenAI.OldMcpServer))
                fields.WriteMember(name.AsSpan(GenAI.McpPrefix.Length), value, follows: true);
        }
        output.Write(any ? "}"u8 : "null"u8);
    }
}
