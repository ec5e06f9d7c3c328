using System.Diagnostics;

namespace WorkerTracing;

/// <summary>Writes the <c>span_data</c> of a span for which the dashboard has no other type: its name and its attributes.</summary>
internal static class CustomData
{
    public static void Write(SpanFields fields, Activity span, bool isRecordedTwice)
    {
        Utf8Buffer output = fields.Output;
        output.Write("{\"type\":\"custom\",\"name\":"u8);
        fields.WriteText(span.DisplayName);
        output.Write(",\"data\":{"u8);
        bool follows = false;
        foreach ((string name, object? value) in fields.Tags)
        {
            bool isContent = GenAI.IsContent(name);
            if (isContent && (isRecordedTwice || !fields.IncludeContent))
                continue;
            if (isRecordedTwice && name.StartsWith(GenAI.UsagePrefix, StringComparison.Ordinal))
                continue;
            if (follows)
                output.Write((byte)',');
            follows = true;
            JsonString.Write(output, name);
            output.Write((byte)':');
            WriteValue(fields, name, value);
        }
        output.Write("}}"u8);
    }

    private static void WriteValue(SpanFields fields, string name, object? value)
    {
        if (value is not null && GenAI.IsMessages(name))
            ChatMessages.Write(fields, value);
        else if (name.StartsWith(GenAI.Prefix, StringComparison.Ordinal))
            fields.WriteJson(value);
        else
            fields.WriteValue(value);
    }
}
