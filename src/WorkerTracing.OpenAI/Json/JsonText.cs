using System.Text;
using System.Text.Unicode;

namespace WorkerTracing;

/// <summary>Compacts JSON text: no white space, and only the escapes that JSON requires.</summary>
internal static class JsonText
{
    /// <summary>The deepest nesting of JSON text from outside. Deeper text counts as invalid.</summary>
    public const int MaxDepth = 1000;

    /// <summary>The deepest nesting of text that this exporter has written, which adds a few levels.</summary>
    public const int MaxOwnDepth = MaxDepth + 16;

    /// <returns>False, with nothing written, if <paramref name="json"/> is not JSON.</returns>
    public static bool TryCopy(Utf8Buffer output, ReadOnlySpan<byte> json)
    {
        using var index = new JsonIndex();
        int start = output.Length;
        if (Utf8.IsValid(json))
            output.Write(json);
        else
            output.Write(Encoding.UTF8.GetString(json));
        return TryCompact(output, start, index);
    }

    /// <returns>False, with nothing written, if <paramref name="json"/> is not JSON.</returns>
    public static bool TryCopy(Utf8Buffer output, ReadOnlySpan<char> json, JsonIndex index)
    {
        int start = output.Length;
        output.Write(json);
        return TryCompact(output, start, index);
    }

    private static bool TryCompact(Utf8Buffer output, int start, JsonIndex index)
    {
        bool isJson = index.TryRead(output.From(start), MaxDepth, out int length);
        output.Truncate(isJson ? start + length : start);
        return isJson;
    }
}
