using System.Diagnostics;

namespace WorkerTracing;

/// <summary>Writes the <c>span_data</c> of a model call.</summary>
internal static class GenerationData
{
    public static void Write(SpanFields fields, Activity span)
    {
        Utf8Buffer output = fields.Output;
        output.Write("{\"type\":\"generation\",\"input\":"u8);
        int start = output.Length;
        if (!fields.IncludeContent || !Messages.TryWriteInput(fields, span))
            output.Write("null"u8);
        FieldLimit.Apply(output, start);

        output.Write(",\"output\":"u8);
        start = output.Length;
        if (!fields.IncludeContent || !Messages.TryWriteOutput(fields, span))
            output.Write("null"u8);
        FieldLimit.Apply(output, start);

        WriteModel(fields);
        TokenUsage.WriteMember(fields);
        output.Write((byte)'}');
    }

    /// <summary>Writes the members <c>model</c> and <c>model_config</c>.</summary>
    public static void WriteModel(SpanFields fields)
    {
        fields.Output.Write(",\"model\":"u8);
        fields.WriteText(fields.Tags.Text(GenAI.RequestModel) ?? fields.Tags.Text(GenAI.ResponseModel));
        fields.Output.Write(",\"model_config\":"u8);
        WriteModelConfig(fields);
    }

    /// <summary>Writes the request's attributes by the rest of their names; null without any.</summary>
    private static void WriteModelConfig(SpanFields fields)
    {
        bool any = false;
        foreach ((string name, object? value) in fields.Tags)
        {
            ReadOnlySpan<char> setting = SettingOf(fields.Tags, name);
            if (setting.IsEmpty || value is null)
                continue;
            fields.Output.Write(any ? ","u8 : "{"u8);
            any = true;
            JsonString.Write(fields.Output, setting);
            fields.Output.Write((byte)':');
            fields.WriteJson(value);
        }
        fields.Output.Write(any ? "}"u8 : "null"u8);
    }

    private static ReadOnlySpan<char> SettingOf(SpanTags tags, string name)
    {
        if (name.StartsWith(GenAI.RequestPrefix, StringComparison.Ordinal))
            return name == GenAI.RequestModel ? default : name.AsSpan(GenAI.RequestPrefix.Length);

        ReadOnlySpan<char> vendors =
            name.StartsWith(GenAI.OpenAIRequestPrefix, StringComparison.Ordinal) ? name.AsSpan(GenAI.OpenAIRequestPrefix.Length)
            : name.StartsWith(GenAI.OldOpenAIRequestPrefix, StringComparison.Ordinal) ? name.AsSpan(GenAI.OldOpenAIRequestPrefix.Length)
            : default;
        bool isRepeated = !vendors.IsEmpty
            && (tags[$"{GenAI.RequestPrefix}{vendors}"] is not null
                || (name.StartsWith(GenAI.OldOpenAIRequestPrefix, StringComparison.Ordinal)
                    && tags[$"{GenAI.OpenAIRequestPrefix}{vendors}"] is not null));
        return isRepeated ? default : vendors;
    }
}
