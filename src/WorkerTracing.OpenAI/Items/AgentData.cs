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
        JsonPart definitions = fields.Json.Read(fields.Tags[GenAI.ToolDefinitions]);
        if (!definitions.IsArray)
        {
            fields.Output.Write("null"u8);
            return;
        }

        fields.Output.Write((byte)'[');
        bool follows = false;
        foreach (JsonPart tool in definitions)
        {
            JsonPart name = NameOf(tool);
            if (!name.IsString)
                continue;
            if (follows)
                fields.Output.Write((byte)',');
            fields.Output.Write(name.Text);
            follows = true;
        }
        fields.Output.Write((byte)']');
    }

    /// <summary>The name as a JSON string: of a definition, of one in the chat API's form, or a bare name.</summary>
    private static JsonPart NameOf(JsonPart tool)
    {
        if (tool.IsString)
            return tool;
        JsonPart name = tool.Find("name"u8);
        return name.IsMissing ? tool.Find("function"u8).Find("name"u8) : name;
    }
}
