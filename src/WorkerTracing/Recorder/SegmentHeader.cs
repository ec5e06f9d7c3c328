using System.Buffers.Binary;

namespace WorkerTracing;

/// <summary>
/// The header of a file of records, 64 bytes. A copy ends the file: damage to one of them loses nothing. docs/flight-recorder-format.md
/// describes each field.
/// </summary>
/// <param name="Salt">
/// A random number for each use of the file, which each of its records repeats: what an earlier use has left is no record, and the content
/// of a span cannot imitate one.
/// </param>
/// <param name="Sequence">The order in which the process has used its files.</param>
internal readonly record struct SegmentHeader(ulong Salt, long Sequence)
{
    public const int Size = 64;
    public const ushort Version = 1;

    private const uint Magic = 0x47535457; // "WTSG"
    private const int VersionOffset = 4;
    private const int SaltOffset = 8;
    private const int SequenceOffset = 16;
    private const int ChecksumOffset = 56;

    /// <summary>Writes the copy at the end first: a crash in between leaves the header of the earlier use, whose records are done.</summary>
    public void Write(Span<byte> file)
    {
        WriteTo(file[^Size..]);
        WriteTo(file[..Size]);
    }

    /// <summary>Reads the header of a file.</summary>
    /// <param name="file">The whole file, of any length.</param>
    /// <param name="header">The header; that of the copy where the first is damaged.</param>
    /// <param name="version">The version of the format. Only a header that is not damaged says that it is of another version.</param>
    /// <returns>False where neither is whole.</returns>
    public static bool TryRead(ReadOnlySpan<byte> file, out SegmentHeader header, out ushort version)
    {
        header = default;
        version = 0;
        return file.Length >= Size
            && (TryReadFrom(file[..Size], out header, out version) || TryReadFrom(file[^Size..], out header, out version));
    }

    private static bool TryReadFrom(ReadOnlySpan<byte> bytes, out SegmentHeader header, out ushort version)
    {
        header = new SegmentHeader(
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[SaltOffset..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[SequenceOffset..]));
        version = BinaryPrimitives.ReadUInt16LittleEndian(bytes[VersionOffset..]);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes) == Magic
            && BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChecksumOffset..]) == RecordChecksum.Of(bytes[..ChecksumOffset]);
    }

    private void WriteTo(Span<byte> bytes)
    {
        bytes.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[VersionOffset..], Version);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[SaltOffset..], Salt);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[SequenceOffset..], Sequence);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[ChecksumOffset..], RecordChecksum.Of(bytes[..ChecksumOffset]));
    }
}
