using System.Diagnostics;

namespace WorkerTracing;

/// <summary>Writes a span as the ingest endpoint's <c>trace.span</c> item.</summary>
internal static class SpanItem
{
    private const string HarnessId = SpanAttributes.MetadataPrefix + "agent_harness_id";

    /// <param name="fields">Where it is written.</param>
    /// <param name="span">The span.</param>
    /// <param name="following">The spans that are exported with it, after it.</param>
    public static void Write(SpanFields fields, Activity span, ReadOnlySpan<Activity> following)
    {
        Utf8Buffer output = fields.Output;
        fields.Tags.Load(span);
        int start = output.Length;
        fields.EndTimeAt = WriteHead(output, span) - start;
        output.Write(",\"span_data\":"u8);
        WriteData(fields, span, following);
        output.Write(",\"error\":"u8);
        fields.ErrorAt = output.Length - start;
        SpanError.Write(fields, span);
        WriteMetadata(fields, span);
        output.Write((byte)'}');
    }

    /// <summary>Writes the handoff that began an agent's run, as a span at the end of the first agent's.</summary>
    public static void WriteHandoff(SpanFields fields, Handoff handoff, Activity to)
    {
        Utf8Buffer output = fields.Output;
        output.Write("{\"object\":\"trace.span\",\"id\":"u8);
        WireFormat.WriteDerivedSpanId(output, to.SpanId);
        output.Write(",\"trace_id\":"u8);
        WireFormat.WriteTraceId(output, to.TraceId);
        output.Write(",\"parent_id\":"u8);
        WireFormat.WriteSpanId(output, handoff.From.SpanId);
        output.Write(",\"started_at\":"u8);
        WireFormat.WriteTime(output, handoff.At);
        output.Write(",\"ended_at\":"u8);
        WireFormat.WriteTime(output, handoff.At);
        output.Write(",\"span_data\":"u8);
        HandoffData.Write(fields, handoff.FromName, AgentData.NameOf(to));
        output.Write(",\"error\":null}"u8);
    }

    /// <summary>Writes a span whose attributes could not be written: without them.</summary>
    public static void WriteBare(SpanFields fields, Activity span)
    {
        Utf8Buffer output = fields.Output;
        int start = output.Length;
        fields.EndTimeAt = WriteHead(output, span) - start;
        output.Write(",\"span_data\":{\"type\":\"custom\",\"name\":"u8);
        JsonString.Write(output, span.DisplayName);
        output.Write(",\"data\":{}},\"error\":"u8);
        fields.ErrorAt = output.Length - start;
        output.Write("null}"u8);
    }

    /// <returns>The position of the end time, which is the last value.</returns>
    private static int WriteHead(Utf8Buffer output, Activity span)
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
        int position = output.Length;
        WireFormat.WriteTime(output, span.StartTimeUtc + span.Duration);
        return position;
    }

    /// <summary>
    /// Gets the nearest span above that is sent. A parent in another process is none: the dashboard may never see it, and the reference
    /// SDKs send no parent directly under the trace.
    /// </summary>
    private static Activity? ParentOf(Activity span)
    {
        Activity? parent = span.Parent;
        while (parent is not null && (!parent.Recorded || SpanTypes.IsLeftOut(parent)))
            parent = parent.Parent;
        return parent?.TraceId == span.TraceId ? parent : null;
    }

    private static void WriteData(SpanFields fields, Activity span, ReadOnlySpan<Activity> following)
    {
        if (GenAIOperation.IsModelCall(fields.Tags.Text(GenAI.Operation)) && GenAIOperation.EnclosingAgent(span) is { } agent)
            fields.Agents.Of(agent).AddModelCall(fields, span);
        switch (SpanTypes.Of(span, fields.Tags))
        {
            case SpanType.Generation:
                GenerationData.Write(fields, span);
                break;
            case SpanType.Response:
                ResponseData.Write(fields);
                break;
            case SpanType.Transcription:
                AudioData.WriteTranscription(fields, span);
                break;
            case SpanType.Speech:
                AudioData.WriteSpeech(fields, span);
                break;
            case SpanType.Agent:
                AgentData.Write(fields, span, following);
                break;
            case SpanType.Function:
                FunctionData.Write(fields, span);
                break;
            case SpanType.Handoff:
                HandoffData.Write(fields, span);
                break;
            case SpanType.McpTools:
                McpToolsData.Write(fields);
                break;
            case var type:
                CustomData.Write(fields, span, type == SpanType.RecordedTwice);
                break;
        }
    }

    /// <summary>
    /// Writes the one key of the trace's metadata that the Python SDK repeats on each span; without it, no member.
    /// </summary>
    private static void WriteMetadata(SpanFields fields, Activity span)
    {
        if (TraceOwner.Of(span) is not { Job: not null } owner || owner.Span.GetTagItem(HarnessId) is not { } id)
            return;
        fields.Output.Write(",\"metadata\":{\"agent_harness_id\":"u8);
        TraceItem.WriteText(fields, id);
        fields.Output.Write((byte)'}');
    }
}
