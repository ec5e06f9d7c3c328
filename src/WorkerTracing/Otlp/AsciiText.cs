using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace WorkerTracing;

/// <summary>
/// Writes ASCII texts as bytes. Names and values of attributes are mostly so short that the set-up of <see cref="Ascii.FromUtf16"/> takes
/// longer than the work.
/// </summary>
internal static class AsciiText
{
    private const int MaxShortLength = 64;
    private const ushort NotAscii = 0xFF80;

    /// <summary>Writes a text. What was written means nothing where the answer is false.</summary>
    /// <param name="text">The text.</param>
    /// <param name="target">Where it belongs. At least as long as the text.</param>
    /// <returns>False if the text is not ASCII.</returns>
    public static bool TryWrite(ReadOnlySpan<char> text, Span<byte> target)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(target.Length, text.Length);
        if (text.Length > MaxShortLength)
            return Ascii.FromUtf16(text, target, out _) == OperationStatus.Done;
        if (text.Length < Vector128<ushort>.Count)
            return TryWriteEach(text, target);

        // Eight at a time. The last eight overlap those before them.
        ref ushort source = ref Unsafe.As<char, ushort>(ref MemoryMarshal.GetReference(text));
        ref byte to = ref MemoryMarshal.GetReference(target);
        nuint last = (nuint)(text.Length - Vector128<ushort>.Count);
        var eight = Vector128.LoadUnsafe(ref source, last);
        Vector128.Narrow(eight, eight).GetLower().StoreUnsafe(ref to, last);
        Vector128<ushort> all = eight;
        for (nuint i = 0; i < last; i += (nuint)Vector128<ushort>.Count)
        {
            eight = Vector128.LoadUnsafe(ref source, i);
            Vector128.Narrow(eight, eight).GetLower().StoreUnsafe(ref to, i);
            all |= eight;
        }

        return (all & Vector128.Create(NotAscii)) == Vector128<ushort>.Zero;
    }

    private static bool TryWriteEach(ReadOnlySpan<char> text, Span<byte> target)
    {
        int all = 0;
        for (int i = 0; i < text.Length; i++)
        {
            target[i] = (byte)text[i];
            all |= text[i];
        }

        return (all & NotAscii) == 0;
    }
}
