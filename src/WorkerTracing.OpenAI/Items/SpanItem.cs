using System.Diagnostics;

namespace WorkerTracing;

/// <summary>Writes a span as the ingest endpoint's <c>trace.span</c> item.</summary>
internal static class SpanItem
{
    private const string HarnessId = TraceOwner.MetadataPrefix + "agent_harness_id";

    public static void Write(SpanFields fields, Activity span)
    {
        Utf8Buffer output = fields.Output;
        fields.Tags.Load(span);
        WriteHead(output, span);
        output.Write(",\"span_data\":"u8);
        WriteData(fields, span);
        output.Write(",\"error\":"u8);
        SpanError.Write(fields, span);
        WriteMetadata(fields, span);
        output.Write((byte)'}');
    }

    /// <summary>Writes what is left to say of a span whose attributes could not be written at all.</summary>
    public static void WriteBare(Utf8Buffer output, Activity span)
    {
        WriteHead(output, span);
        output.Write(",\"span_data\":{\"type\":\"custom\",\"name\":"u8);
        JsonString.Write(output, span.DisplayName);
        output.Write(",\"data\":{}},\"error\":null}"u8);
    }

    private static void WriteHead(Utf8Buffer output, Activity span)
    {
        output.Write("{\"object\":\"trace.span\",\"id\":"u8);
        WireFormat.WriteSpanId(output, span.SpanId);
        output.Write(",\"trace_id\":"u8);
        WireFormat.WriteTraceId(output, span.TraceId);
        output.Write(",\"parent_id\":"u8);
        if (ParentOf(span) is { } parent)
            WireFormat.WriteSpanId(output, parent.SpanId);
        else
            output.Write("null"u8);
        output.Write(",\"started_at\":"u8);
        WireFormat.WriteTime(output, span.StartTimeUtc);
        output.Write(",\"ended_at\":"u8);
        WireFormat.WriteTime(output, span.StartTimeUtc + span.Duration);
    }

    /// <summary>
    /// The nearest recorded span of this process above. A parent in another process is left out: the dashboard may never see it,
    /// and the references send no parent directly under the trace.
    /// </summary>
    private static Activity? ParentOf(Activity span)
    {
        Activity? parent = span.Parent;
        while (parent is { Recorded: false })
            parent = parent.Parent;
        return parent?.TraceId == span.TraceId ? parent : null;
    }

    private static void WriteData(SpanFields fields, Activity span)
    {
        switch (fields.Tags.Text(GenAI.Operation))
        {
            case "chat" or "text_completion" or "generate_content":
                GenerationData.Write(fields, span);
                break;
            case "invoke_agent" or "create_agent":
                AgentData.Write(fields, span);
                break;
            case "execute_tool":
                FunctionData.Write(fields, span);
                break;
            default:
                CustomData.Write(fields, span);
                break;
        }
    }

    /// <summary>
    /// As the Python SDK: the one key of the trace's metadata that routes, on each of its spans, and no member without it.
    /// </summary>
    private static void WriteMetadata(SpanFields fields, Activity span)
    {
        if (TraceOwner.Of(span) is not { Job: not null } owner || owner.Span.GetTagItem(HarnessId) is not { } id)
            return;
        fields.Output.Write(",\"metadata\":{\"agent_harness_id\":"u8);
        fields.WriteValue(id);
        fields.Output.Write((byte)'}');
    }
}
