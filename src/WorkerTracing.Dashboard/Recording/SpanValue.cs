using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace WorkerTracing;

/// <summary>Copies attribute values with bounds: primitives as they are, everything else as text.</summary>
internal static class SpanValue
{
    /// <summary>The most attributes, events or links of a span that are kept, and the most items of an array.</summary>
    public const int MostItems = 128;

    private const int LongestText = 16 * 1024;

    public static KeyValuePair<string, object?>[] Copy(IEnumerable<KeyValuePair<string, object?>> attributes) =>
        [.. attributes.Take(MostItems).Select(static pair => new KeyValuePair<string, object?>(Cut(pair.Key), Copy(pair.Value)))];

    public static long Size(KeyValuePair<string, object?>[] attributes)
    {
        long bytes = 0;
        foreach ((string key, object? value) in attributes)
            bytes += 48 + (2 * key.Length) + (value is string text ? 2 * text.Length : 24);
        return bytes;
    }

    /// <summary>Cuts a text to 16,384 characters, never inside a surrogate pair.</summary>
    public static string Cut(string text) =>
        text.Length <= LongestText ? text : text[..(char.IsHighSurrogate(text[LongestText - 1]) ? LongestText - 1 : LongestText)];

    private static object? Copy(object? value) => value switch
    {
        null or bool or long or double => value,
        string text => Cut(text),
        int or short or sbyte or byte or ushort or uint => Convert.ToInt64(value, CultureInfo.InvariantCulture),
        float number => (double)number,
        _ => Render(value),
    };

    [SuppressMessage(
        "Design", "CA1031", Justification = "A value's enumerator and ToString are application code; the page shows the exception's type.")]
    private static string Render(object value)
    {
        try
        {
            return Cut(value is IEnumerable items and not IFormattable ? List(items) : Text(value));
        }
        catch (Exception exception)
        {
            return $"({exception.GetType().Name})";
        }
    }

    private static string List(IEnumerable items)
    {
        var text = new StringBuilder("[");
        int count = 0;
        foreach (object? item in items)
        {
            if (count == MostItems || text.Length > LongestText)
                break;
            text.Append(count++ == 0 ? "" : ", ").Append(item is null ? "null" : Text(item));
        }

        return text.Append(']').ToString();
    }

    private static string Text(object value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
}
