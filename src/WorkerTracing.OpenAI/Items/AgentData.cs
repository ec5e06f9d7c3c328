using System.Diagnostics;

namespace WorkerTracing;

/// <summary>Writes the <c>span_data</c> of an agent's run.</summary>
internal static class AgentData
{
    /// <param name="fields">Where it is written.</param>
    /// <param name="span">The agent's span.</param>
    /// <param name="following">The spans that are exported with it, after it.</param>
    public static void Write(SpanFields fields, Activity span, ReadOnlySpan<Activity> following)
    {
        AgentRun run = fields.Agents.Of(span);
        run.AddDefinitions(fields);
        string name = NameOf(span);
        if (run.EndsWithHandoff)
        {
            var handoff = new Handoff(span, name, run.HandoffToolUsed);
            fields.Agents.LookAhead(handoff, following);
            fields.Agents.Announce(handoff);
        }

        Utf8Buffer output = fields.Output;
        output.Write("{\"type\":\"agent\",\"name\":"u8);
        fields.WriteText(name);
        output.Write(",\"handoffs\":"u8);
        if (run.HandoffTools.Count > 0)
            WriteNames(fields, [.. run.HandoffTools.Select(tool => fields.Agents.TargetOf(name, tool))]);
        else
            output.Write("null"u8);
        output.Write(",\"tools\":"u8);
        if (run.HasDefinitions)
            WriteNames(fields, run.Tools);
        else
            output.Write("null"u8);
        output.Write(",\"output_type\":"u8);
        fields.WriteText(run.OutputType);
        output.Write((byte)'}');
    }

    public static string NameOf(Activity span) =>
        span.GetTagItem(GenAI.AgentName) is string { Length: > 0 } name
            ? name
            : OperationTarget.Of(span, GenAIOperation.Of(span) ?? "");

    private static void WriteNames(SpanFields fields, IReadOnlyList<string> names)
    {
        fields.Output.Write((byte)'[');
        for (int i = 0; i < names.Count; i++)
        {
            if (i > 0)
                fields.Output.Write((byte)',');
            fields.WriteText(names[i]);
        }
        fields.Output.Write((byte)']');
    }
}
