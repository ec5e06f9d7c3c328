using System.Diagnostics;

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
            if (value is null || !name.StartsWith(TraceOwner.MetadataPrefix, StringComparison.Ordinal))
                continue;
            fields.Output.Write(any ? ","u8 : "{"u8);
            any = true;
            JsonString.Write(fields.Output, name.AsSpan(TraceOwner.MetadataPrefix.Length));
            fields.Output.Write((byte)':');
            fields.WriteAsText(value);
        }
        fields.Output.Write(any ? "}"u8 : "null"u8);
    }
}
