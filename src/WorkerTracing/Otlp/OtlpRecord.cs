using System.Buffers;
using System.Diagnostics;

namespace WorkerTracing;

/// <summary>
/// The form that a span has in the flight recorder: a version, the length of what encloses the span, that (fields of <c>ScopeSpans</c>
/// without its spans), and the span as an element of <c>ScopeSpans.spans</c>. A resource is the fields of <c>ResourceSpans</c> without its
/// scopes.
/// </summary>
internal static class OtlpRecord
{
    private const byte Version = 1;
    private const int NanosecondsPerTick = 100;
    private const ulong ErrorCode = 2;
    private const string Description = "The process ended before the span did.";

    [ThreadStatic]
    private static ProtobufWriter? Writer;

    /// <summary>Writes a span, ended or not.</summary>
    public static void Write(Activity span, OtlpScope scope, OtlpSpanEncoder encoder, IBufferWriter<byte> content)
    {
        ProtobufWriter writer = Begin(scope.Length);
        writer.WriteRaw(scope.Head);
        writer.WriteRaw(scope.Tail);
        encoder.Write(span, writer);
        content.Write(writer.Written);
        writer.Clear();
    }

    /// <summary>Writes a span that never ended: what it had, its end, and how it ended. Of a field that comes twice, the last counts.</summary>
    /// <param name="open">What <see cref="Write"/> has written of it.</param>
    /// <param name="ended">The end of the span.</param>
    /// <param name="content">Takes the content. Takes nothing if <paramref name="open"/> is not known.</param>
    public static void Close(ReadOnlySpan<byte> open, DateTimeOffset ended, IBufferWriter<byte> content)
    {
        if (!TryRead(open, out Range scope, out Range span))
            return;
        var reader = new ProtobufReader(open[span]);
        if (!reader.Read())
            return;
        ProtobufWriter writer = Begin(open[scope].Length);
        writer.WriteRaw(open[scope]);
        ProtobufWriter.Field message = writer.Begin(OtlpTag.ScopeSpansSpans, reader.Bytes.Length);
        writer.WriteRaw(reader.Bytes);
        ulong ticks = (ulong)Math.Max(0, ended.UtcTicks - DateTime.UnixEpoch.Ticks);
        writer.WriteFixed64(OtlpTag.SpanEndTime, Math.Max(StartOf(reader.Bytes), ticks * NanosecondsPerTick));
        OtlpAttributes attributes = new(int.MaxValue);
        attributes.Write(OtlpTag.SpanAttributes, SpanAttributes.Result, SpanAttributes.Error, writer);
        attributes.Write(OtlpTag.SpanAttributes, SpanAttributes.ErrorType, SpanAttributes.Abandoned, writer);
        ProtobufWriter.Field status = writer.Begin(OtlpTag.SpanStatus);
        writer.WriteString(OtlpTag.StatusMessage, Description);
        writer.WriteVarint(OtlpTag.StatusCode, ErrorCode);
        writer.End(status);
        writer.End(message);
        content.Write(writer.Written);
        writer.Clear();
    }

    /// <summary>Finds the parts of a record.</summary>
    /// <param name="content">The record.</param>
    /// <param name="scope">What encloses the span.</param>
    /// <param name="span">The span, with tag and length.</param>
    /// <returns>False if it is of another version, or malformed.</returns>
    public static bool TryRead(ReadOnlySpan<byte> content, out Range scope, out Range span)
    {
        (scope, span) = (default, default);
        if (content.Length < 1 + sizeof(int) || content[0] != Version)
            return false;
        int start = 1 + sizeof(int);
        int length = BitConverter.ToInt32(content[1..]);
        if (length < 0 || length >= content.Length - start)
            return false;
        scope = start..(start + length);
        span = (start + length)..;
        return true;
    }

    private static ProtobufWriter Begin(int scopeLength)
    {
        ProtobufWriter writer = Writer ??= new ProtobufWriter();
        writer.Clear();
        Span<byte> head = stackalloc byte[1 + sizeof(int)];
        head[0] = Version;
        BitConverter.TryWriteBytes(head[1..], scopeLength);
        writer.WriteRaw(head);
        return writer;
    }

    private static ulong StartOf(ReadOnlySpan<byte> span)
    {
        ulong start = 0;
        var reader = new ProtobufReader(span);
        while (reader.Read())
        {
            if (reader.Field == OtlpTag.SpanStartTime >> 3)
                start = reader.Number;
        }

        return start;
    }
}
