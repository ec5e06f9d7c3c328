using System.Buffers.Binary;

namespace WorkerTracing;

/// <summary>When a process was last known to be alive: a time and its complement, so that a damaged one is recognised.</summary>
internal static class Heartbeat
{
    public const int Size = 2 * sizeof(long);

    public static void Write(Span<byte> target, DateTime now)
    {
        BinaryPrimitives.WriteInt64LittleEndian(target, now.Ticks);
        BinaryPrimitives.WriteInt64LittleEndian(target[sizeof(long)..], ~now.Ticks);
    }

    /// <returns>Null where it is damaged.</returns>
    public static DateTime? Read(ReadOnlySpan<byte> source)
    {
        long ticks = BinaryPrimitives.ReadInt64LittleEndian(source);
        return ticks == ~BinaryPrimitives.ReadInt64LittleEndian(source[sizeof(long)..]) ? UtcTime.FromTicks(ticks) : null;
    }
}
