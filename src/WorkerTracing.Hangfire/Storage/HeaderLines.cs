using System.Text;

namespace WorkerTracing;

/// <summary>The form of what is stored with a job in one string: lines such as HTTP's headers, <c>name: value</c>.</summary>
internal static class HeaderLines
{
    /// <summary>Adds a line. Adds nothing for a value that is not there.</summary>
    public static void Append(StringBuilder lines, string name, string? value)
    {
        if (value is null)
            return;

        if (lines.Length > 0)
            lines.Append('\n');
        lines.Append(name).Append(": ").Append(value);
    }

    /// <summary>A line's value, or null.</summary>
    public static string? Find(string lines, string name)
    {
        foreach (Range range in lines.AsSpan().Split('\n'))
        {
            ReadOnlySpan<char> line = lines.AsSpan(range);
            if (line.StartsWith(name) && line[name.Length..].StartsWith(": "))
                return line[(name.Length + 2)..].ToString();
        }

        return null;
    }
}
