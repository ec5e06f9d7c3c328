using System.Globalization;
using System.Text;
using System.Text.Json;

namespace WorkerTracing.OpenAI.Tests;

/// <summary>
/// The exporter's one form of JSON text, made the plain way: a reader, token by token, and every string character by character.
/// </summary>
internal static class PlainJson
{
    /// <returns>Null for what is no JSON.</returns>
    public static string? Compact(byte[] json)
    {
        var output = new StringBuilder();
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 1000 });
            bool follows = false;
            while (reader.Read())
            {
                bool closes = reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray;
                if (follows && !closes)
                    output.Append(',');
                string raw = Encoding.UTF8.GetString(reader.ValueSpan);
                output.Append(reader.TokenType switch
                {
                    JsonTokenType.String => Quote(Unescape(raw)),
                    JsonTokenType.PropertyName => Quote(Unescape(raw)) + ":",
                    _ => raw,
                });
                follows = reader.TokenType is not (JsonTokenType.PropertyName or JsonTokenType.StartObject or JsonTokenType.StartArray);
            }
            return output.ToString();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static string Quote(string text)
    {
        var output = new StringBuilder("\"");
        foreach (Rune rune in text.EnumerateRunes()) // a lone surrogate is enumerated as U+FFFD
        {
            output.Append(rune.Value switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\b' => "\\b",
                '\f' => "\\f",
                < 0x20 => string.Create(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}"),
                _ => rune.ToString(),
            });
        }
        return output.Append('"').ToString();
    }

    private static string Unescape(string raw)
    {
        var output = new StringBuilder();
        for (int i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '\\')
            {
                output.Append(raw[i]);
                continue;
            }
            i++;
            if (raw[i] == 'u')
            {
                output.Append((char)int.Parse(raw.AsSpan(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                i += 4;
            }
            else
            {
                output.Append(raw[i] switch { 'n' => '\n', 'r' => '\r', 't' => '\t', 'b' => '\b', 'f' => '\f', _ => raw[i] });
            }
        }
        return output.ToString();
    }
}
