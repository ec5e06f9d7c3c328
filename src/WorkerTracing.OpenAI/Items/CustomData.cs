using System.Diagnostics;

namespace WorkerTracing;

/// <summary>Writes the <c>span_data</c> of a span that the dashboard has no type of its own for: its name and its attributes.</summary>
internal static class CustomData
{
    public static void Write(SpanFields fields, Activity span)
    {
        Utf8Buffer output = fields.Output;
        output.Write("{\"type\":\"custom\",\"name\":"u8);
        fields.WriteText(span.DisplayName);
        output.Write(",\"data\":{"u8);
        bool follows = false;
        foreach ((string name, object? value) in fields.Tags)
        {
            if (fields.IncludeContent || !GenAI.IsContent(name))
                follows = fields.WriteMember(name, value, follows);
        }
        output.Write("}}"u8);
    }
}
