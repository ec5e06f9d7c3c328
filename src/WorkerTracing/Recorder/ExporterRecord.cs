using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace WorkerTracing;

/// <summary>The content of a record that declares an exporter: the length of its name, its name in UTF-8, its resource.</summary>
internal static class ExporterRecord
{
    private const int LengthSize = sizeof(ushort);

    public static void Write(RecordedExporter exporter, RecordBuffer buffer)
    {
        int length = Encoding.UTF8.GetByteCount(exporter.Name);
        Span<byte> name = buffer.GetSpan(LengthSize + length);
        BinaryPrimitives.WriteUInt16LittleEndian(name, checked((ushort)length));
        Encoding.UTF8.GetBytes(exporter.Name, name[LengthSize..]);
        buffer.Advance(LengthSize + length);
        buffer.Write(exporter.Resource.Span);
    }

    /// <returns>False where the content is not that of such a record.</returns>
    public static bool TryRead(ReadOnlySpan<byte> content, out string name, out byte[] resource)
    {
        name = "";
        resource = [];
        if (content.Length < LengthSize)
            return false;
        int length = BinaryPrimitives.ReadUInt16LittleEndian(content);
        if (length > content.Length - LengthSize)
            return false;
        name = Encoding.UTF8.GetString(content.Slice(LengthSize, length));
        resource = content[(LengthSize + length)..].ToArray();
        return true;
    }
}
