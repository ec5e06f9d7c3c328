using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace WorkerTracing;

/// <summary>
/// Writes JSON strings as the two reference SDKs do: UTF-8, and only <c>"</c>, <c>\</c> and U+0000 to U+001F escaped. The
/// encoders of System.Text.Json escape more, emoji included, which would change the size that a field is measured by. A lone
/// surrogate, which UTF-8 cannot hold, becomes U+FFFD.
/// </summary>
internal static class JsonString
{
    private const string Escaped =
        "\"\\\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008\u0009\u000a\u000b\u000c\u000d\u000e\u000f"
        + "\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f";

    /// <summary>Gets the bytes that are escaped in a JSON string.</summary>
    public static readonly SearchValues<byte> EscapedBytes = SearchValues.Create(Encoding.ASCII.GetBytes(Escaped));

    private static readonly SearchValues<char> EscapedChars = SearchValues.Create(Escaped);

    public static void Write(Utf8Buffer output, ReadOnlySpan<char> text)
    {
        output.Write((byte)'"');
        while (true)
        {
            int special = text.IndexOfAny(EscapedChars);
            output.Write(special < 0 ? text : text[..special]);
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
        while (true)
        {
            int special = text.IndexOfAny(EscapedBytes);
            WriteRaw(output, special < 0 ? text : text[..special]);
            if (special < 0)
                break;
            WriteEscape(output, text[special]);
            text = text[(special + 1)..];
        }
        output.Write((byte)'"');
    }

    /// <summary>Writes the escape of a character that needs one.</summary>
    /// <returns>The number of bytes: 2 or 6.</returns>
    public static int Escape(byte value, Span<byte> space)
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
        space[0] = (byte)'\\';
        if (shorthand != 0)
        {
            space[1] = shorthand;
            return 2;
        }
        "u00"u8.CopyTo(space[1..]);
        space[4] = HexDigit(value >> 4);
        space[5] = HexDigit(value & 15);
        return 6;
    }

    private static void WriteRaw(Utf8Buffer output, ReadOnlySpan<byte> text)
    {
        if (Utf8.IsValid(text))
            output.Write(text);
        else
            output.Write(Encoding.UTF8.GetString(text));
    }

    private static void WriteEscape(Utf8Buffer output, byte value) => output.Advance(Escape(value, output.GetSpan(6)));

    private static byte HexDigit(int value) => (byte)(value < 10 ? '0' + value : 'a' + value - 10);
}
