using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using System.Text.Unicode;

namespace WorkerTracing;

/// <summary>
/// The content of the record of an open span: what the recorder itself needs to know about it, in front of what the exporter has written.
/// docs/flight-recorder-format.md describes each field.
/// </summary>
/// <param name="IsJob">Whether the span is that of a job. If not, it is an enclosing span.</param>
/// <param name="Flags">The flags of the span's context.</param>
/// <param name="Key">What identifies the job to the process that runs its next attempt.</param>
/// <param name="Name">The display name of the span.</param>
/// <param name="TraceState">The trace state of the span's context.</param>
internal sealed record OpenSpanContent(bool IsJob, ActivityTraceFlags Flags, string? Key, string Name, string? TraceState)
{
    /// <summary>A longer text is cut: a key is not, since it would be another one.</summary>
    private const int MaxTextBytes = 1024;

    private const int FixedSize = 2;
    private const ushort NoText = ushort.MaxValue;

    /// <summary>Writes everything in front of the exporter's content.</summary>
    public static void Write(Activity span, bool isJob, string? key, RecordBuffer buffer)
    {
        Span<byte> target = buffer.GetSpan(FixedSize);
        target[0] = isJob ? (byte)1 : (byte)0;
        target[1] = (byte)span.ActivityTraceFlags;
        buffer.Advance(FixedSize);
        WriteText(key is not null && Encoding.UTF8.GetByteCount(key) > MaxTextBytes ? null : key, buffer);
        WriteText(span.DisplayName, buffer);
        WriteText(span.TraceStateString, buffer);
    }

    /// <summary>Reads the content of a record.</summary>
    /// <param name="content">The content.</param>
    /// <param name="exporterContent">What the exporter has written.</param>
    /// <returns>Null where the content is not that of an open span.</returns>
    public static OpenSpanContent? Read(ReadOnlySpan<byte> content, out ReadOnlySpan<byte> exporterContent)
    {
        exporterContent = content.Length < FixedSize ? default : content[FixedSize..];
        if (content.Length < FixedSize
            || !TryReadText(ref exporterContent, out string? key)
            || !TryReadText(ref exporterContent, out string? name)
            || !TryReadText(ref exporterContent, out string? traceState))
            return null;
        return new OpenSpanContent(content[0] == 1, (ActivityTraceFlags)content[1], key, name ?? "", traceState);
    }

    private static void WriteText(string? text, RecordBuffer buffer)
    {
        Span<byte> target = buffer.GetSpan(sizeof(ushort) + MaxTextBytes);
        int length = 0;
        if (text is not null)
            Utf8.FromUtf16(text, target.Slice(sizeof(ushort), MaxTextBytes), out _, out length);
        BinaryPrimitives.WriteUInt16LittleEndian(target, text is null ? NoText : (ushort)length);
        buffer.Advance(sizeof(ushort) + length);
    }

    private static bool TryReadText(ref ReadOnlySpan<byte> content, out string? text)
    {
        text = null;
        if (content.Length < sizeof(ushort))
            return false;
        ushort length = BinaryPrimitives.ReadUInt16LittleEndian(content);
        content = content[sizeof(ushort)..];
        if (length == NoText)
            return true;
        if (length > content.Length)
            return false;
        text = Encoding.UTF8.GetString(content[..length]);
        content = content[length..];
        return true;
    }
}
