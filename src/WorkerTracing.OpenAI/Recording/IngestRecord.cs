using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;

namespace WorkerTracing;

/// <summary>
/// The form that a span has in the flight recorder: a version, flags, the owner of the trace's item, the name of the credentials, the
/// trace's item, and the span with the handoff that is derived from it. Texts are preceded by their length.
/// </summary>
/// <param name="KeyName">The name of the credentials; empty for the exporter's own.</param>
/// <param name="Owner">The span that the trace's item came from.</param>
/// <param name="IsOwnerJob">Whether that span is of a job.</param>
/// <param name="HasContent">Whether the span was written with content.</param>
/// <param name="TraceItem">The item of the trace.</param>
/// <param name="SpanItems">The item of the span, and those that are derived from it, with a comma between any two.</param>
/// <param name="EndTimeAt">The position of the end time in the span's item.</param>
/// <param name="ErrorAt">The position of the error in the span's item.</param>
internal readonly record struct IngestRecord(
    string KeyName,
    ActivitySpanId Owner,
    bool IsOwnerJob,
    bool HasContent,
    ReadOnlyMemory<byte> TraceItem,
    ReadOnlyMemory<byte> SpanItems,
    int EndTimeAt,
    int ErrorAt)
{
    private const byte Version = 1;
    private const byte OwnerIsJobFlag = 1;
    private const byte HasContentFlag = 2;
    private const int SpanIdBytes = 8;
    private const int HeadBytes = 2 + SpanIdBytes + (5 * sizeof(int));

    /// <summary>Writes the record.</summary>
    public void Write(IBufferWriter<byte> content)
    {
        int nameLength = Encoding.UTF8.GetByteCount(KeyName);
        int length = HeadBytes + nameLength + TraceItem.Length + SpanItems.Length;
        Span<byte> all = content.GetSpan(length);
        all[0] = Version;
        all[1] = (byte)((IsOwnerJob ? OwnerIsJobFlag : 0) | (HasContent ? HasContentFlag : 0));
        Owner.CopyTo(all.Slice(2, SpanIdBytes));
        Span<byte> rest = all[(2 + SpanIdBytes)..];
        foreach (int number in (ReadOnlySpan<int>)[nameLength, TraceItem.Length, SpanItems.Length, EndTimeAt, ErrorAt])
        {
            BinaryPrimitives.WriteInt32LittleEndian(rest, number);
            rest = rest[sizeof(int)..];
        }

        Encoding.UTF8.GetBytes(KeyName, rest);
        TraceItem.Span.CopyTo(rest[nameLength..]);
        SpanItems.Span.CopyTo(rest[(nameLength + TraceItem.Length)..]);
        content.Advance(length);
    }

    /// <summary>Reads a record.</summary>
    /// <returns>False if it is of another version, or malformed.</returns>
    public static bool TryRead(ReadOnlyMemory<byte> content, out IngestRecord record)
    {
        record = default;
        ReadOnlySpan<byte> all = content.Span;
        if (all.Length < HeadBytes || all[0] != Version)
            return false;
        Span<int> numbers = stackalloc int[5];
        long sum = HeadBytes;
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = BinaryPrimitives.ReadInt32LittleEndian(all[(2 + SpanIdBytes + (i * sizeof(int)))..]);
            if (numbers[i] < 0)
                return false;
            sum += i < 3 ? numbers[i] : 0;
        }

        if (sum != all.Length || numbers[3] > numbers[4] || numbers[4] > numbers[2])
            return false;
        int traceAt = HeadBytes + numbers[0];
        record = new IngestRecord(
            Encoding.UTF8.GetString(all.Slice(HeadBytes, numbers[0])),
            ActivitySpanId.CreateFromBytes(all.Slice(2, SpanIdBytes)),
            (all[1] & OwnerIsJobFlag) != 0,
            (all[1] & HasContentFlag) != 0,
            content.Slice(traceAt, numbers[1]),
            content[(traceAt + numbers[1])..],
            numbers[3],
            numbers[4]);
        return true;
    }
}
