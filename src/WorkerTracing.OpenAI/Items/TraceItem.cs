using System.Diagnostics;
using System.Globalization;

namespace WorkerTracing;

/// <summary>Writes the ingest endpoint's <c>trace</c> item.</summary>
internal static class TraceItem
{
    public static void Write(SpanFields fields, TraceOwner owner)
    {
        Utf8Buffer output = fields.Output;
        output.Write("{\"object\":\"trace\",\"id\":"u8);
        WireFormat.WriteTraceId(output, owner.Span.TraceId);
        output.Write(",\"workflow_name\":"u8);
        fields.WriteText(owner.Span.DisplayName);
        output.Write(",\"group_id\":"u8);
        fields.WriteText(owner.Job is { } job ? job.GroupId : owner.Span.GetTagItem(GenAI.ConversationId) as string);
        output.Write(",\"metadata\":"u8);
        WriteMetadata(fields, owner.Span);
        output.Write((byte)'}');
    }

    /// <summary>Writes the metadata, each value as text: the service refuses a trace with other values.</summary>
    private static void WriteMetadata(SpanFields fields, Activity span)
    {
        bool any = false;
        fields.Tags.Load(span);
        foreach ((string name, object? value) in fields.Tags)
        {
            if (value is null || !name.StartsWith(SpanAttributes.MetadataPrefix, StringComparison.Ordinal))
                continue;
            fields.Output.Write(any ? ","u8 : "{"u8);
            any = true;
            JsonString.Write(fields.Output, name.AsSpan(SpanAttributes.MetadataPrefix.Length));
            fields.Output.Write((byte)':');
            WriteText(fields, value);
        }
        fields.Output.Write(any ? "}"u8 : "null"u8);
    }

    /// <summary>Writes a value as text. A value without a JSON form is text, too.</summary>
    public static void WriteText(SpanFields fields, object value)
    {
        if (value is double or float && !double.IsFinite(Convert.ToDouble(value, CultureInfo.InvariantCulture)))
        {
            fields.WriteText(Convert.ToString(value, CultureInfo.InvariantCulture));
            return;
        }

        if (value is string text)
        {
            fields.WriteText(text);
            return;
        }

        ReadOnlySpan<byte> json = fields.Json.Read(value).Text;
        if (json[0] == '"')
            fields.Output.Write(json);
        else
            JsonString.Write(fields.Output, json);
    }
}
