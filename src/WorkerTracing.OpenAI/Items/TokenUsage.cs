namespace WorkerTracing;

/// <summary>
/// Writes the <c>usage</c> of a generation as the reference does: the two counts, and all other values as details. It is null without
/// counts, and left out if only one was recorded or one is not a number.
/// </summary>
internal static class TokenUsage
{
    public static void WriteMember(SpanFields fields)
    {
        Utf8Buffer output = fields.Output;
        object? input = fields.Tags[GenAI.InputTokens] ?? fields.Tags[GenAI.OldInputTokens];
        object? answer = fields.Tags[GenAI.OutputTokens] ?? fields.Tags[GenAI.OldOutputTokens];
        if (input is null && answer is null)
        {
            output.Write(",\"usage\":null"u8);
            return;
        }
        if (!IsCount(input) || !IsCount(answer))
            return;

        output.Write(",\"usage\":{\"input_tokens\":"u8);
        fields.WriteValue(input);
        output.Write(",\"output_tokens\":"u8);
        fields.WriteValue(answer);
        WriteDetails(fields);
        output.Write((byte)'}');
    }

    private static void WriteDetails(SpanFields fields)
    {
        Utf8Buffer output = fields.Output;
        int start = output.Length;
        output.Write(",\"details\":{"u8);
        bool any = false;
        foreach ((string name, object? value) in fields.Tags)
        {
            if (value is not null && IsDetail(name))
                any = fields.TryWriteMember(name.AsSpan(GenAI.UsagePrefix.Length), value, any);
        }
        any |= WriteGroup(
            fields,
            "input_tokens_details",
            any,
            ("cached_tokens", GenAI.CacheReadTokens),
            ("cache_write_tokens", GenAI.CacheCreationTokens));
        any |= WriteGroup(fields, "output_tokens_details", any, ("reasoning_tokens", GenAI.ReasoningTokens));
        output.Write((byte)'}');
        if (!any)
            output.Truncate(start);
    }

    private static bool IsDetail(string name) =>
        name.StartsWith(GenAI.UsagePrefix, StringComparison.Ordinal)
        && name is not (GenAI.InputTokens or GenAI.OutputTokens or GenAI.OldInputTokens or GenAI.OldOutputTokens
            or GenAI.CacheReadTokens or GenAI.CacheCreationTokens or GenAI.ReasoningTokens);

    private static bool WriteGroup(
        SpanFields fields,
        string group,
        bool follows,
        params ReadOnlySpan<(string Name, string Attribute)> counts)
    {
        bool any = false;
        foreach ((string name, string attribute) in counts)
        {
            if (!IsCount(fields.Tags[attribute]))
                continue;
            if (!any)
            {
                if (follows)
                    fields.Output.Write((byte)',');
                JsonString.Write(fields.Output, group);
                fields.Output.Write(":{"u8);
            }
            any = fields.WriteMember(name, fields.Tags[attribute], any);
        }
        if (any)
            fields.Output.Write((byte)'}');
        return any;
    }

    private static bool IsCount(object? value) => value switch
    {
        byte or sbyte or short or ushort or int or uint or long or ulong or decimal => true,
        double number => double.IsFinite(number),
        float number => float.IsFinite(number),
        _ => false,
    };
}
