using System.Diagnostics;

namespace WorkerTracing;

/// <summary>Reads the operation (<c>gen_ai.operation.name</c>) of a span and of the spans above it.</summary>
internal static class GenAIOperation
{
    public const string InvokeAgent = "invoke_agent";
    public const string ExecuteTool = "execute_tool";

    /// <summary>The search for an ancestor ends after this many spans: its cost must not grow with the depth of the trace.</summary>
    private const int MaxDistance = 32;

    public static bool IsModelCall(string? operation) => operation is "chat" or "text_completion" or "generate_content";

    public static bool IsAgent(string? operation) => operation is InvokeAgent or "create_agent";

    public static string? Of(Activity span) => span.GetTagItem(GenAI.Operation) as string;

    /// <summary>Gets the nearest recorded ancestor in this process that has an operation; null without one.</summary>
    public static Activity? Enclosing(Activity span)
    {
        Activity? above = span.Parent;
        for (int distance = 0; distance < MaxDistance && above?.TraceId == span.TraceId; distance++)
        {
            if (above.Recorded && Of(above) is not null)
                return above;
            above = above.Parent;
        }
        return null;
    }

    /// <summary>Gets the agent run that a span is part of; null without one.</summary>
    public static Activity? EnclosingAgent(Activity span)
    {
        int distance = 0;
        for (Activity? above = Enclosing(span); above is not null && distance++ < MaxDistance; above = Enclosing(above))
        {
            if (IsAgent(Of(above)))
                return above;
        }
        return null;
    }

    /// <summary>
    /// Returns true if the enclosing operation records the same call. Two instrumentations that are stacked, the OpenAI SDK below
    /// Microsoft.Extensions.AI for example, emit one span each.
    /// </summary>
    public static bool IsRecordedTwice(Activity span, SpanTags tags)
    {
        string? operation = tags.Text(GenAI.Operation);
        if (Enclosing(span) is not { } above)
            return false;
        if (IsModelCall(operation) && IsModelCall(Of(above)))
            return above.Source.Name != span.Source.Name || IsSame(GenAI.RequestModel);
        return operation == ExecuteTool && Of(above) == ExecuteTool && IsSame(GenAI.ToolName);

        bool IsSame(string attribute) => above.GetTagItem(attribute) as string == tags.Text(attribute);
    }
}
