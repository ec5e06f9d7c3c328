using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace WorkerTracing;

/// <summary>
/// Writes the bytes of trace and span ids, which an <see cref="System.Diagnostics.Activity"/> holds as hexadecimal digits.
/// </summary>
internal static class HexId
{
    private const int DigitsPerStep = 16;

    /// <summary>Writes the bytes of an id. Its digits are valid: activities check them.</summary>
    /// <param name="digits">The digits, sixteen of them or a multiple.</param>
    /// <param name="target">Where the bytes belong: half as long.</param>
    public static void Write(ReadOnlySpan<char> digits, Span<byte> target)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(digits.Length % DigitsPerStep, 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(target.Length, digits.Length / 2);
        ref ushort source = ref Unsafe.As<char, ushort>(ref MemoryMarshal.GetReference(digits));
        ref byte to = ref MemoryMarshal.GetReference(target);
        for (int at = 0; at < digits.Length; at += DigitsPerStep)
        {
            var first = Vector128.LoadUnsafe(ref source, (nuint)at);
            var second = Vector128.LoadUnsafe(ref source, (nuint)(at + Vector128<ushort>.Count));
            var text = Vector128.Narrow(first, second);

            // '0' to '9' are 0x30 to 0x39. The lower half of 'a' to 'f' and of 'A' to 'F' is 1 to 6.
            Vector128<byte> letter = Vector128.GreaterThan(text, Vector128.Create((byte)'9')) & Vector128.Create((byte)9);
            Vector128<ushort> pairs = ((text & Vector128.Create((byte)0x0F)) + letter).AsUInt16();

            // The first digit of a pair is the lower byte of its number, and the upper half of the byte that the pair stands for.
            Vector128<ushort> bytes = ((pairs << 4) | (pairs >> 8)) & Vector128.Create((ushort)0xFF);
            Vector128.Narrow(bytes, bytes).GetLower().StoreUnsafe(ref to, (nuint)(at / 2));
        }
    }
}
