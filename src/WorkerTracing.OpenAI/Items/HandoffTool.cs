namespace WorkerTracing;

/// <summary>
/// The tools by which agents hand over to each other: <c>handoff_to_</c> in Agent Framework, <c>transfer_to_</c> in Semantic Kernel
/// and openai-agents.
/// </summary>
internal static class HandoffTool
{
    private static readonly string[] Prefixes = ["handoff_to_", "transfer_to_"];

    public static bool Is(string? tool) => tool is not null && TargetOf(tool).Length < tool.Length;

    /// <summary>
    /// Gets the agent that the tool's name names. Agent Framework numbers its targets; for those this is the tool's whole name.
    /// </summary>
    public static string NameOf(string tool)
    {
        ReadOnlySpan<char> target = TargetOf(tool);
        return target.IsEmpty || !target.ContainsAnyExceptInRange('0', '9') ? tool : target.ToString();
    }

    private static ReadOnlySpan<char> TargetOf(string tool)
    {
        foreach (string prefix in Prefixes)
        {
            int start = tool.IndexOf(prefix, StringComparison.Ordinal);
            if (start == 0 || (start > 0 && tool[start - 1] is '-' or '_' or '.'))
                return tool.AsSpan(start + prefix.Length);
        }
        return tool;
    }
}
