using System.Diagnostics;

namespace WorkerTracing;

/// <summary>Writes the <c>span_data</c> of an agent's run. The conventions have no handoffs.</summary>
internal static class AgentData
{
    public static void Write(SpanFields fields, Activity span)
    {
        Utf8Buffer output = fields.Output;
        output.Write("{\"type\":\"agent\",\"name\":"u8);
        fields.WriteText(
            fields.Tags.Text(GenAI.AgentName) ?? OperationTarget.Of(span, fields.Tags.Text(GenAI.Operation) ?? ""));
        output.Write(",\"handoffs\":null,\"tools\":"u8);
        WriteToolNames(fields);
        output.Write(",\"output_type\":"u8);
        fields.WriteText(fields.Tags.Text(GenAI.OutputType));
        output.Write((byte)'}');
    }

    private static void WriteToolNames(SpanFields fields)
    {
        using var definitions = new Utf8Buffer();
        SpanFields.WriteJson(definitions, fields.Tags[GenAI.ToolDefinitions]);
        if (definitions.Written[0] != '[')
        {
            fields.Output.Write("null"u8);
            return;
        }

        fields.Output.Write((byte)'[');
        bool follows = false;
        foreach (JsonChild tool in new JsonChildren(definitions.Written))
        {
            ReadOnlySpan<byte> name = NameOf(tool.Value);
            if (name.IsEmpty)
                continue;
            if (follows)
                fields.Output.Write((byte)',');
            fields.Output.Write(name);
            follows = true;
        }
        fields.Output.Write((byte)']');
    }

    /// <summary>The name as a JSON string: of a definition, of one in the chat API's form, or a bare name.</summary>
    private static ReadOnlySpan<byte> NameOf(ReadOnlySpan<byte> tool)
    {
        if (tool[0] == '"')
            return tool;
        ReadOnlySpan<byte> name = JsonChildren.Find(tool, "name"u8);
        if (name.IsEmpty)
            name = JsonChildren.Find(JsonChildren.Find(tool, "function"u8), "name"u8);
        return !name.IsEmpty && name[0] == '"' ? name : default;
    }
}
