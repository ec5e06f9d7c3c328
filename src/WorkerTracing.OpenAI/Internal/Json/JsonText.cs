using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace WorkerTracing;

/// <summary>Copies JSON text of any form in this exporter's one form: no white space, only the escapes that JSON requires.</summary>
internal static class JsonText
{
    /// <summary>The deepest nesting of JSON text from outside. What is deeper is no JSON to this exporter.</summary>
    public const int MaxDepth = 1000;

    /// <summary>A reader of text that this exporter has written, which may be somewhat deeper than what it was made of.</summary>
    public static Utf8JsonReader CreateReader(ReadOnlySpan<byte> json) => new(json, new JsonReaderOptions { MaxDepth = MaxDepth + 16 });

    /// <returns>False, with nothing written, when <paramref name="json"/> is no JSON text.</returns>
    public static bool TryCopy(Utf8Buffer output, ReadOnlySpan<byte> json)
    {
        int start = output.Length;
        try
        {
            Copy(output, json);
            return true;
        }
        catch (JsonException)
        {
            output.Truncate(start);
            return false;
        }
    }

    /// <exception cref="JsonException"><paramref name="json"/> is no JSON text, or nested too deeply.</exception>
    public static void Copy(Utf8Buffer output, ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
        bool follows = false;
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
            {
                output.Write(reader.ValueSpan);
                follows = true;
                continue;
            }
            if (follows)
                output.Write((byte)',');
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
                CopyString(output, ref reader);
            else
                output.Write(reader.ValueSpan);
            if (reader.TokenType == JsonTokenType.PropertyName)
                output.Write((byte)':');
            follows = reader.TokenType is not (JsonTokenType.PropertyName or JsonTokenType.StartObject or JsonTokenType.StartArray);
        }
    }

    private static void CopyString(Utf8Buffer output, ref Utf8JsonReader reader)
    {
        output.Write((byte)'"');
        ReadOnlySpan<byte> text = reader.ValueSpan;
        if (text.IndexOf("\\u"u8) < 0 && text.IndexOf("\\/"u8) < 0 && Utf8.IsValid(text))
        {
            // The reader lets no other escapes and no control characters pass: this is the one form already.
            output.Write(text);
            output.Write((byte)'"');
            return;
        }
        while (true)
        {
            int escape = text.IndexOf((byte)'\\');
            JsonString.WriteContent(output, escape < 0 ? text : text[..escape]);
            if (escape < 0)
                break;
            text = text[(escape + CopyEscape(output, text[escape..]))..];
        }
        output.Write((byte)'"');
    }

    /// <returns>How much of <paramref name="text"/>, which begins with a valid escape, was read.</returns>
    private static int CopyEscape(Utf8Buffer output, ReadOnlySpan<byte> text)
    {
        if (text[1] != 'u')
        {
            // An escaped slash is the one that JSON allows and does not require.
            output.Write(text[1] == '/' ? "/"u8 : text[..2]);
            return 2;
        }

        char first = CodeUnit(text);
        if (char.IsHighSurrogate(first) && text.Length >= 12 && text[6] == '\\' && text[7] == 'u' && char.IsLowSurrogate(CodeUnit(text[6..])))
        {
            Advance(output, new Rune(first, CodeUnit(text[6..])));
            return 12;
        }
        if (first < 0x20 || first is '"' or '\\')
            JsonString.WriteContent(output, [(byte)first]);
        else
            Advance(output, char.IsSurrogate(first) ? Rune.ReplacementChar : new Rune(first));
        return 6;
    }

    private static void Advance(Utf8Buffer output, Rune rune) => output.Advance(rune.EncodeToUtf8(output.GetSpan(4)));

    private static char CodeUnit(ReadOnlySpan<byte> escape) =>
        (char)((Hex(escape[2]) << 12) | (Hex(escape[3]) << 8) | (Hex(escape[4]) << 4) | Hex(escape[5]));

    private static int Hex(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
