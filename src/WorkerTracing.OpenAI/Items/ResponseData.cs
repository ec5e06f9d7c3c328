namespace WorkerTracing;

/// <summary>
/// Writes the <c>span_data</c> of a call of the Responses API. The dashboard shows the stored response by its id, so messages are not
/// sent.
/// </summary>
internal static class ResponseData
{
    /// <summary>Returns true if OpenAI's Responses API answered, and the id of its response is known.</summary>
    public static bool IsStored(SpanTags tags) =>
        tags.Text(GenAI.ResponseId) is { } id
        && (tags.Text(GenAI.OpenAIApi) == "responses" || id.StartsWith("resp_", StringComparison.Ordinal))
        && (tags.Text(GenAI.Provider) ?? tags.Text(GenAI.OldProvider)) is null or "openai";

    public static void Write(SpanFields fields)
    {
        fields.Output.Write("{\"type\":\"response\",\"response_id\":"u8);
        fields.WriteText(fields.Tags.Text(GenAI.ResponseId));
        if (!fields.IsDefaultEndpoint) // openai-agents leaves it out there: the stored response has it
            TokenUsage.WriteMember(fields);
        fields.Output.Write((byte)'}');
    }
}
