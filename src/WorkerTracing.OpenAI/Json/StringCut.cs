using System.Buffers;

namespace WorkerTracing;

/// <summary>
/// Cuts a string to a size the way openai-agents for Python does: it estimates from the string's average how many characters (code
/// points) fit, and removes more by the overshoot until they do. The result never grows again.
/// </summary>
internal static class StringCut
{
    private const int QuotedSuffix = 17;

    private static ReadOnlySpan<byte> Suffix => "... [truncated]"u8;

    /// <param name="output">Receives the result.</param>
    /// <param name="text">A compact JSON string, quotes included, longer than <paramref name="max"/>.</param>
    /// <param name="max">The largest size of the result in bytes, quotes included. At least 2.</param>
    public static void Write(Utf8Buffer output, ReadOnlySpan<byte> text, int max)
    {
        output.Write((byte)'"');
        if (max >= QuotedSuffix)
        {
            output.Write(text[1..(1 + KeptBytes(text[1..^1], text.Length, max))]);
            output.Write(Suffix);
        }
        output.Write((byte)'"');
    }

    private static int KeptBytes(ReadOnlySpan<byte> content, int size, int max)
    {
        int keep = (int)((double)((long)CountCharacters(content) * (max - QuotedSuffix)) / size);
        int[] ends = ArrayPool<int>.Shared.Rent(keep + 1);
        ends[0] = 0;
        for (int i = 0; i < keep; i++)
            ends[i + 1] = ends[i] + CharacterLength(content[ends[i]..]);

        int candidate = ends[keep] + QuotedSuffix;
        while (candidate > max && keep > 0)
        {
            double overshoot = (double)(candidate - max) / candidate;
            keep = Math.Max(0, keep - Math.Max(1, (int)(keep * overshoot) + 1));
            candidate = ends[keep] + QuotedSuffix;
        }
        int kept = ends[keep];
        ArrayPool<int>.Shared.Return(ends);
        return kept;
    }

    private static int CountCharacters(ReadOnlySpan<byte> content)
    {
        int count = 0;
        for (int i = 0; i < content.Length; i += CharacterLength(content[i..]))
            count++;
        return count;
    }

    /// <summary>Returns the number of bytes of the first character: a UTF-8 sequence, or an escape.</summary>
    private static int CharacterLength(ReadOnlySpan<byte> content) => content[0] switch
    {
        (byte)'\\' => content[1] == 'u' ? 6 : 2,
        < 0x80 => 1,
        < 0xE0 => 2,
        < 0xF0 => 3,
        _ => 4,
    };
}
