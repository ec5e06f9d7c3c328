using System.Text;

namespace WorkerTracing;

/// <summary>
/// The format of the job parameter: one line for each value, <c>name: value</c>, as in HTTP headers. Line breaks and backslashes in a value
/// are escaped, so that no value can add a line.
/// </summary>
internal static class HeaderLines
{
    /// <summary>Adds a line. Adds nothing if the value is null.</summary>
    public static void Append(StringBuilder lines, string name, string? value)
    {
        if (value is null)
            return;

        if (lines.Length > 0)
            lines.Append('\n');
        lines.Append(name).Append(": ");
        foreach (char character in value)
        {
            _ = character switch
            {
                '\\' => lines.Append(@"\\"),
                '\n' => lines.Append(@"\n"),
                '\r' => lines.Append(@"\r"),
                _ => lines.Append(character),
            };
        }
    }

    /// <summary>Gets the value of the first line with this name, or null.</summary>
    public static string? Find(string lines, string name) => FindEscaped(lines, name) is { } value ? Unescape(value) : null;

    /// <summary>Gets the value of the first line with this name as it is stored, or null. Version 0.1 did not escape.</summary>
    public static string? FindEscaped(string lines, string name)
    {
        foreach (Range range in lines.AsSpan().Split('\n'))
        {
            ReadOnlySpan<char> line = lines.AsSpan(range);
            if (line.StartsWith(name) && line[name.Length..].StartsWith(": "))
                return line[(name.Length + 2)..].ToString();
        }

        return null;
    }

    private static string Unescape(string value)
    {
        if (!value.Contains('\\', StringComparison.Ordinal))
            return value;

        var text = new StringBuilder(value.Length);
        for (int i = 0; i < value.Length; i++)
        {
            if (value[i] != '\\' || i + 1 == value.Length)
            {
                text.Append(value[i]);
                continue;
            }

            i++;
            text.Append(value[i] switch
            {
                'n' => '\n',
                'r' => '\r',
                char other => other,
            });
        }

        return text.ToString();
    }
}
