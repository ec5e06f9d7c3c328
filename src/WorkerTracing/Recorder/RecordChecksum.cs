using System.Buffers.Binary;
using System.Numerics;

namespace WorkerTracing;

/// <summary>CRC-32C (the Castagnoli polynomial of RFC 3720, appendix B.4), with the processor's instruction where there is one.</summary>
internal static class RecordChecksum
{
    public const uint Seed = uint.MaxValue;

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        uint crc = Seed;
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (byte value in bytes)
            crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }
}
