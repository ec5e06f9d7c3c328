using System.Diagnostics;

namespace WorkerTracing;

/// <summary>
/// Encodes a span as a <c>Span</c> message of opentelemetry-proto, straight from the activity and without allocating. What encloses it, the
/// resource and the scope, is not part of it. Holds no state: safe for concurrent use with a writer for each thread.
/// </summary>
internal sealed class OtlpSpanEncoder(SpanLimits limits)
{
    private const int ExpectedSpanLength = 1024;
    private const int ExpectedEventLength = 1024;
    private const int NanosecondsPerTick = 100;
    private const uint HasRemoteKnown = 0x100;
    private const uint IsRemote = 0x200;

    private readonly OtlpAttributes _attributes = new(limits.ValueLength);

    /// <summary>Appends a span, as an element of <c>ScopeSpans.spans</c>: tag, length, message.</summary>
    public void Write(Activity span, ProtobufWriter writer)
    {
        ProtobufWriter.Field message = writer.Begin(OtlpTag.ScopeSpansSpans, ExpectedSpanLength);
        writer.WriteId(OtlpTag.SpanTraceId, span.TraceId.ToHexString());
        writer.WriteId(OtlpTag.SpanSpanId, span.SpanId.ToHexString());
        if (span.TraceStateString is { } traceState)
            writer.WriteString(OtlpTag.SpanTraceState, traceState);
        if (span.ParentSpanId is var parent && parent != default)
            writer.WriteId(OtlpTag.SpanParentSpanId, parent.ToHexString());
        writer.WriteFixed32(OtlpTag.SpanFlags, Flags(span.ActivityTraceFlags, span.HasRemoteParent));
        writer.WriteString(OtlpTag.SpanName, span.DisplayName);
        writer.WriteVarint(OtlpTag.SpanKind, (ulong)span.Kind + 1);
        ulong start = UnixNanoseconds(span.StartTimeUtc);
        writer.WriteFixed64(OtlpTag.SpanStartTime, start);
        writer.WriteFixed64(OtlpTag.SpanEndTime, start + (ulong)(span.Duration.Ticks * NanosecondsPerTick));
        SpanStatus status = WriteAttributes(span, writer);
        WriteEvents(span, writer);
        WriteLinks(span, writer);
        status.Write(writer);
        writer.End(message);
    }

    private SpanStatus WriteAttributes(Activity span, ProtobufWriter writer)
    {
        var status = SpanStatus.Of(span);
        int count = 0;
        int dropped = 0;
        foreach (ref readonly KeyValuePair<string, object?> attribute in span.EnumerateTagObjects())
        {
            if (SpanStatus.MayBe(attribute.Key) && status.TryRead(attribute))
                continue;
            if (count >= limits.AttributeCount)
            {
                dropped++;
                continue;
            }

            _attributes.Write(OtlpTag.SpanAttributes, attribute.Key, attribute.Value, writer);
            count++;
        }

        WriteDropped(OtlpTag.SpanDroppedAttributes, dropped, writer);
        return status;
    }

    private void WriteEvents(Activity span, ProtobufWriter writer)
    {
        int count = 0;
        int dropped = 0;
        foreach (ref readonly ActivityEvent happened in span.EnumerateEvents())
        {
            if (count >= limits.EventCount)
            {
                dropped++;
                continue;
            }

            ProtobufWriter.Field message = writer.Begin(OtlpTag.SpanEvents, ExpectedEventLength);
            writer.WriteFixed64(OtlpTag.EventTime, UnixNanoseconds(happened.Timestamp.UtcDateTime));
            writer.WriteString(OtlpTag.EventName, happened.Name);
            int attributes = 0;
            foreach (ref readonly KeyValuePair<string, object?> attribute in happened.EnumerateTagObjects())
            {
                if (attributes++ < limits.EventAttributeCount)
                    _attributes.Write(OtlpTag.EventAttributes, attribute.Key, attribute.Value, writer);
            }

            WriteDropped(OtlpTag.EventDroppedAttributes, attributes - limits.EventAttributeCount, writer);
            writer.End(message);
            count++;
        }

        WriteDropped(OtlpTag.SpanDroppedEvents, dropped, writer);
    }

    private void WriteLinks(Activity span, ProtobufWriter writer)
    {
        int count = 0;
        int dropped = 0;
        foreach (ref readonly ActivityLink link in span.EnumerateLinks())
        {
            if (count >= limits.LinkCount)
            {
                dropped++;
                continue;
            }

            ProtobufWriter.Field message = writer.Begin(OtlpTag.SpanLinks);
            ActivityContext context = link.Context;
            writer.WriteId(OtlpTag.LinkTraceId, context.TraceId.ToHexString());
            writer.WriteId(OtlpTag.LinkSpanId, context.SpanId.ToHexString());
            if (context.TraceState is { } traceState)
                writer.WriteString(OtlpTag.LinkTraceState, traceState);
            int attributes = 0;
            foreach (ref readonly KeyValuePair<string, object?> attribute in link.EnumerateTagObjects())
            {
                if (attributes++ < limits.LinkAttributeCount)
                    _attributes.Write(OtlpTag.LinkAttributes, attribute.Key, attribute.Value, writer);
            }

            WriteDropped(OtlpTag.LinkDroppedAttributes, attributes - limits.LinkAttributeCount, writer);
            writer.WriteFixed32(OtlpTag.LinkFlags, Flags(context.TraceFlags, context.IsRemote));
            writer.End(message);
            count++;
        }

        WriteDropped(OtlpTag.SpanDroppedLinks, dropped, writer);
    }

    private static void WriteDropped(byte tag, int dropped, ProtobufWriter writer)
    {
        if (dropped > 0)
            writer.WriteVarint(tag, (ulong)dropped);
    }

    private static uint Flags(ActivityTraceFlags flags, bool isRemote) => (byte)flags | HasRemoteKnown | (isRemote ? IsRemote : 0);

    private static ulong UnixNanoseconds(DateTime time) => (ulong)((time.Ticks - DateTime.UnixEpoch.Ticks) * NanosecondsPerTick);
}
