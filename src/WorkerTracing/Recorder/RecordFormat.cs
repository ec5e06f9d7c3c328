using System.Buffers.Binary;
using System.Diagnostics;
using System.Numerics;

namespace WorkerTracing;

/// <summary>
/// The layout of a record: a header of 64 bytes and the content, filled up to a multiple of 8 bytes. Integers are little-endian.
/// docs/flight-recorder-format.md describes each field.
/// </summary>
internal static class RecordFormat
{
    public const int HeaderSize = 64;
    public const int Alignment = 8;
    public const int StateOffset = 17;

    private const uint Magic = 0x31525457; // "WTR1"
    private const int SaltOffset = 8;
    private const int KindOffset = 16;
    private const int ExporterOffset = 18;
    private const int ContentChecksumOffset = 20;
    private const int TraceIdOffset = 24;
    private const int SpanIdOffset = 40;
    private const int TimeOffset = 48;
    private const int HeaderChecksumOffset = 56;
    private const ulong StateMask = 0xFFUL << (8 * (StateOffset - KindOffset));

    /// <summary>Returns the size of a record with so much content.</summary>
    public static int SizeOf(int contentLength) => Align(HeaderSize + contentLength);

    public static int Align(int size) => (size + Alignment - 1) & -Alignment;

    /// <summary>Fills in the header, except for what depends on the place of the record.</summary>
    /// <param name="record">The header and the content.</param>
    /// <param name="header">The values.</param>
    /// <param name="state">The first state.</param>
    public static void WriteHeader(Span<byte> record, in RecordHeader header, RecordState state)
    {
        ReadOnlySpan<byte> content = record[HeaderSize..];
        BinaryPrimitives.WriteUInt32LittleEndian(record, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(record[4..], content.Length);
        record[KindOffset] = (byte)header.Kind;
        record[StateOffset] = (byte)state;
        BinaryPrimitives.WriteUInt16LittleEndian(record[ExporterOffset..], (ushort)header.Exporter);
        BinaryPrimitives.WriteUInt32LittleEndian(record[ContentChecksumOffset..], RecordChecksum.Of(content));
        header.TraceId.CopyTo(record[TraceIdOffset..SpanIdOffset]);
        header.SpanId.CopyTo(record[SpanIdOffset..TimeOffset]);
        BinaryPrimitives.WriteInt64LittleEndian(record[TimeOffset..], header.Time.Ticks);
    }

    /// <summary>Fills in what depends on the place: the salt of the file's use, and the checksum of the header, which holds the offset.</summary>
    public static void Place(Span<byte> record, ulong salt, int offset)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(record[SaltOffset..], salt);
        BinaryPrimitives.WriteUInt32LittleEndian(record[HeaderChecksumOffset..], HeaderChecksum(record, offset));
        BinaryPrimitives.WriteUInt32LittleEndian(record[(HeaderChecksumOffset + 4)..], 0);
    }

    /// <summary>Returns the length of the content if the place looks like a record of this use of the file. Verifies no checksum.</summary>
    /// <returns>Negative if it does not, or if the record would end behind <paramref name="bytes"/>.</returns>
    public static int ContentLength(ReadOnlySpan<byte> bytes, ulong salt)
    {
        if (bytes.Length < HeaderSize
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic
            || BinaryPrimitives.ReadUInt64LittleEndian(bytes[SaltOffset..]) != salt)
            return -1;
        int length = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        return length <= bytes.Length - HeaderSize ? length : -1;
    }

    /// <summary>Returns true if the checksums of the header and of the content are right.</summary>
    /// <param name="record">The header and the content.</param>
    /// <param name="offset">Where in its file the record is.</param>
    public static bool IsValid(ReadOnlySpan<byte> record, int offset) =>
        HasValidHeader(record, offset)
        && BinaryPrimitives.ReadUInt32LittleEndian(record[ContentChecksumOffset..]) == RecordChecksum.Of(record[HeaderSize..]);

    /// <summary>Returns true if the checksum of the header is right: its length can be trusted, also where the content is damaged.</summary>
    public static bool HasValidHeader(ReadOnlySpan<byte> record, int offset) =>
        BinaryPrimitives.ReadUInt32LittleEndian(record[HeaderChecksumOffset..]) == HeaderChecksum(record, offset);

    public static RecordState State(ReadOnlySpan<byte> record) => (RecordState)record[StateOffset];

    /// <summary>Returns true if the state is <see cref="RecordState.Done"/>, also where one of its bits is damaged.</summary>
    public static bool IsDone(ReadOnlySpan<byte> record) =>
        BitOperations.PopCount((uint)(record[StateOffset] ^ (byte)RecordState.Done)) <= 1;

    public static RecordHeader ReadHeader(ReadOnlySpan<byte> record) => new(
        (RecordKind)record[KindOffset],
        BinaryPrimitives.ReadUInt16LittleEndian(record[ExporterOffset..]),
        ActivityTraceId.CreateFromBytes(record[TraceIdOffset..SpanIdOffset]),
        ActivitySpanId.CreateFromBytes(record[SpanIdOffset..TimeOffset]),
        UtcTime.FromTicks(BinaryPrimitives.ReadInt64LittleEndian(record[TimeOffset..])));

    public static int Exporter(ReadOnlySpan<byte> record) => BinaryPrimitives.ReadUInt16LittleEndian(record[ExporterOffset..]);

    public static RecordKind Kind(ReadOnlySpan<byte> record) => (RecordKind)record[KindOffset];

    public static DateTime Time(ReadOnlySpan<byte> record) =>
        UtcTime.FromTicks(BinaryPrimitives.ReadInt64LittleEndian(record[TimeOffset..]));

    /// <summary>The state changes in place and is not part of it. The offset is: a record that was moved in the file is none.</summary>
    private static uint HeaderChecksum(ReadOnlySpan<byte> record, int offset)
    {
        // Word by word, and not over a copy: the processor has the words, which have just been written, before it has memory to copy from.
        uint crc = RecordChecksum.Seed;
        for (int place = 0; place < HeaderChecksumOffset; place += sizeof(ulong))
        {
            ulong word = BinaryPrimitives.ReadUInt64LittleEndian(record[place..]);
            crc = BitOperations.Crc32C(crc, place == KindOffset ? word & ~StateMask : word);
        }

        return ~crc ^ (uint)offset;
    }
}
