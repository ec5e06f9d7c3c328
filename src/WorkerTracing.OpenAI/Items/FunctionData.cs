using System.Diagnostics;

namespace WorkerTracing;

/// <summary>Writes the <c>span_data</c> of a tool's execution.</summary>
internal static class FunctionData
{
    public static void Write(SpanFields fields, Activity span)
    {
        Utf8Buffer output = fields.Output;
        output.Write("{\"type\":\"function\",\"name\":"u8);
        fields.WriteText(fields.Tags.Text(GenAI.ToolName) ?? OperationTarget.Of(span, "execute_tool"));
        output.Write(",\"input\":"u8);
        WriteContent(fields, GenAI.ToolArguments);
        output.Write(",\"output\":"u8);
        WriteContent(fields, GenAI.ToolResult);
        output.Write(",\"mcp_data\":"u8);
        WriteMcpData(fields);
        output.Write((byte)'}');
    }

    private static void WriteContent(SpanFields fields, string attribute)
    {
        int start = fields.Output.Length;
        fields.WriteAsText(fields.IncludeContent ? fields.Tags[attribute] : null);
        FieldLimit.Apply(fields.Output, start);
    }

    /// <summary>The <c>mcp.*</c> attributes by the rest of their names; null without any.</summary>
    private static void WriteMcpData(SpanFields fields)
    {
        bool any = false;
        foreach ((string name, object? value) in fields.Tags)
        {
            if (!name.StartsWith(GenAI.McpPrefix, StringComparison.Ordinal))
                continue;
            if (!any)
                fields.Output.Write((byte)'{');
            any = fields.WriteMember(name.AsSpan(GenAI.McpPrefix.Length), value, any);
        }
        fields.Output.Write(any ? "}"u8 : "null"u8);
    }
}
