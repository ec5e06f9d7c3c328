using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace WorkerTracing;

/// <summary>
/// JSON strings as the two reference SDKs write them: UTF-8, and only <c>"</c>, <c>\</c> and U+0000 to U+001F escaped. The
/// encoders of System.Text.Json escape more, emoji included, which would change the size that a field is measured by. A lone
/// surrogate, which UTF-8 cannot hold, becomes U+FFFD.
/// </summary>
internal static class JsonString
{
    /// <summary>So much text is converted at a time: room for its worst case is reserved up front.</summary>
    private const int ChunkChars = 16 * 1024;

    private const string Escaped =
        "\"\\\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008\u0009\u000a\u000b\u000c\u000d\u000e\u000f"
        + "\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f";

    private static readonly SearchValues<char> EscapedChars = SearchValues.Create(Escaped);
    private static readonly SearchValues<byte> EscapedBytes = SearchValues.Create(Encoding.ASCII.GetBytes(Escaped));

    public static void Write(Utf8Buffer output, ReadOnlySpan<char> text)
    {
        output.Write((byte)'"');
        while (true)
        {
            int special = text.IndexOfAny(EscapedChars);
            WriteRaw(output, special < 0 ? text : text[..special]);
            if (special < 0)
                break;
            WriteEscape(output, (byte)text[special]);
            text = text[(special + 1)..];
        }
        output.Write((byte)'"');
    }

    /// <summary>Writes UTF-8 text as a JSON string.</summary>
    public static void Write(Utf8Buffer output, ReadOnlySpan<byte> text)
    {
        output.Write((byte)'"');
        WriteContent(output, text);
        output.Write((byte)'"');
    }

    /// <summary>As <see cref="Write(Utf8Buffer, ReadOnlySpan{byte})"/>, without the quotes.</summary>
    public static void WriteContent(Utf8Buffer output, ReadOnlySpan<byte> text)
    {
        while (true)
        {
            int special = text.IndexOfAny(EscapedBytes);
            WriteRaw(output, special < 0 ? text : text[..special]);
            if (special < 0)
                return;
            WriteEscape(output, text[special]);
            text = text[(special + 1)..];
        }
    }

    private static void WriteRaw(Utf8Buffer output, ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            Span<byte> space = output.GetSpan(Math.Min(text.Length, ChunkChars) * 3);
            Utf8.FromUtf16(text, space, out int read, out int written, replaceInvalidSequences: true, isFinalBlock: true);
            output.Advance(written);
            text = text[read..];
        }
    }

    private static void WriteRaw(Utf8Buffer output, ReadOnlySpan<byte> text)
    {
        if (Utf8.IsValid(text))
            output.Write(text);
        else
            WriteRaw(output, Encoding.UTF8.GetString(text));
    }

    private static void WriteEscape(Utf8Buffer output, byte value)
    {
        byte shorthand = value switch
        {
            (byte)'"' or (byte)'\\' => value,
            (byte)'\n' => (byte)'n',
            (byte)'\r' => (byte)'r',
            (byte)'\t' => (byte)'t',
            (byte)'\b' => (byte)'b',
            (byte)'\f' => (byte)'f',
            _ => 0,
        };
        if (shorthand != 0)
        {
            output.Write([(byte)'\\', shorthand]);
            return;
        }
        output.Write("\\u00"u8);
        output.Write([HexDigit(value >> 4), HexDigit(value & 15)]);
    }

    private static byte HexDigit(int value) => (byte)(value < 10 ? '0' + value : 'a' + value - 10);
}
