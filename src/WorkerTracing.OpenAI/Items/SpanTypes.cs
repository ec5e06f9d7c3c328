using System.Diagnostics;

namespace WorkerTracing;

/// <summary>Decides the type that a span is sent as.</summary>
internal static class SpanTypes
{
    private const string WorkflowSource = "Microsoft.Agents.AI.Workflows";

    public static SpanType Of(Activity span, SpanTags tags)
    {
        string? operation = tags.Text(GenAI.Operation);
        if (GenAIOperation.IsModelCall(operation))
            return GenAIOperation.IsRecordedTwice(span, tags) ? SpanType.RecordedTwice : OfModelCall(span, tags, operation);
        if (GenAIOperation.IsAgent(operation))
            return SpanType.Agent;
        if (operation == GenAIOperation.ExecuteTool)
        {
            return HandoffTool.Is(tags.Text(GenAI.ToolName)) ? SpanType.Handoff
                : GenAIOperation.IsRecordedTwice(span, tags) ? SpanType.RecordedTwice
                : SpanType.Function;
        }
        return tags.Text(GenAI.McpMethod) == "tools/list" ? SpanType.McpTools : SpanType.Custom;
    }

    /// <summary>
    /// Returns true if the span is not sent: a workflow's message and edge deliveries, of which there are several for each executor,
    /// and the progress reports of running jobs, which the job's own span replaces.
    /// </summary>
    public static bool IsLeftOut(Activity span) =>
        (span.Source.Name == WorkflowSource && span.OperationName is "edge_group.process" or "message.send")
        || span.GetTagItem(SpanAttributes.RunningFor) is not null;

    /// <summary>Returns true for the spans that a workflow puts between its own span and those of its agents.</summary>
    public static bool IsWorkflowStep(Activity span) =>
        span.Source.Name == WorkflowSource && GenAIOperation.Of(span) is null;

    private static SpanType OfModelCall(Activity span, SpanTags tags, string? operation)
    {
        if (operation == "generate_content")
        {
            // The audio clients of Microsoft.Extensions.AI: they record no request messages, only the type of their output.
            switch (tags.Text(GenAI.OutputType))
            {
                case "speech" or "audio":
                    return SpanType.Speech;
                case "text" when span.Source.Name.EndsWith("Microsoft.Extensions.AI", StringComparison.Ordinal)
                    && tags[GenAI.InputMessages] is null:
                    return SpanType.Transcription;
            }
        }
        return ResponseData.IsStored(tags) ? SpanType.Response : SpanType.Generation;
    }
}
