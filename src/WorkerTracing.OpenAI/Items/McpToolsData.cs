namespace WorkerTracing;

/// <summary>
/// Writes the <c>span_data</c> of listing an MCP server's tools. The MCP SDK records neither the server's name nor the tools.
/// </summary>
internal static class McpToolsData
{
    public static void Write(SpanFields fields)
    {
        fields.Output.Write("{\"type\":\"mcp_tools\",\"server\":"u8);
        fields.WriteValue(ServerOf(fields.Tags));
        fields.Output.Write(",\"result\":null}"u8);
    }

    /// <summary>Gets the server's name, or else its address; null where neither was recorded.</summary>
    public static object? ServerOf(SpanTags tags) => tags[GenAI.OldMcpServer] ?? tags[GenAI.McpServer] ?? tags[GenAI.ServerAddress];
}
