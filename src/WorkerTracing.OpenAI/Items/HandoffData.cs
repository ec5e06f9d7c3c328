using System.Diagnostics;

namespace WorkerTracing;

/// <summary>Writes the <c>span_data</c> of a handoff.</summary>
internal static class HandoffData
{
    /// <summary>Writes the execution of a handoff tool.</summary>
    public static void Write(SpanFields fields, Activity span)
    {
        string? from = GenAIOperation.EnclosingAgent(span) is { } agent ? AgentData.NameOf(agent) : null;
        string tool = fields.Tags.Text(GenAI.ToolName)!;
        Write(fields, from, from is null ? HandoffTool.NameOf(tool) : fields.Agents.TargetOf(from, tool));
    }

    public static void Write(SpanFields fields, string? from, string to)
    {
        fields.Output.Write("{\"type\":\"handoff\",\"from_agent\":"u8);
        fields.WriteText(from);
        fields.Output.Write(",\"to_agent\":"u8);
        fields.WriteText(to);
        fields.Output.Write((byte)'}');
    }
}
