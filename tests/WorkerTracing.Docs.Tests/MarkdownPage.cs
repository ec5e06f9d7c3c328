using System.Text.RegularExpressions;

namespace WorkerTracing.Docs.Tests;

/// <summary>A page's links, anchors, tables and code, as GitHub reads them.</summary>
internal sealed partial class MarkdownPage
{
    private readonly List<(string Language, string Code)> _blocks = [];
    private readonly List<(string Heading, string[] Cells)> _rows = [];

    public MarkdownPage(string text)
    {
        var headings = new List<string>();
        var prose = new List<string>();
        List<string>? block = null;
        string language = "";
        foreach (string line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            if (line.TrimStart().StartsWith("```", StringComparison.Ordinal))
            {
                if (block is not null)
                    _blocks.Add((language, string.Join('\n', block)));
                block = block is null ? [] : null;
                language = line.Trim().Trim('`');
            }
            else if (block is not null)
            {
                block.Add(line);
            }
            else
            {
                prose.Add(line);
                if (Heading().Match(line) is { Success: true } heading)
                    headings.Add(heading.Groups[1].Value);
                else if (line.StartsWith('|'))
                    _rows.Add((headings.LastOrDefault(""), [.. line.Trim().Trim('|').Split('|').Select(static cell => cell.Trim())]));
            }
        }

        if (block is not null)
            throw new FormatException($"A code block is not closed: {string.Join('\n', block)}");

        Links = [.. Link().Matches(InlineCode().Replace(string.Join('\n', prose), "``"))
            .Select(link => link.Groups[1].Value + link.Groups[2].Value)];
        Anchors = headings.Select(Slug).GroupBy(slug => slug)
            .SelectMany(same => same.Select((slug, index) => index == 0 ? slug : $"{slug}-{index}")).ToHashSet();
    }

    /// <summary>The targets of all links and images.</summary>
    public IReadOnlyList<string> Links { get; }

    public IReadOnlySet<string> Anchors { get; }

    public IEnumerable<string> Code(string language) => _blocks.Where(block => block.Language == language).Select(block => block.Code);

    /// <summary>The cells of the tables right below a heading, without the tables' own headings.</summary>
    public IReadOnlyList<string[]> Rows(string heading)
    {
        string[][] rows = [.. _rows.Where(row => row.Heading == heading).Select(row => row.Cells)];
        return [.. rows.Where((row, index) => !IsRule(row) && !(index + 1 < rows.Length && IsRule(rows[index + 1])))];
    }

    private static bool IsRule(string[] cells)
        => cells.All(static cell => cell.Length > 0 && cell.All(static character => character is '-' or ':' or ' '));

    private static string Slug(string heading)
    {
        string text = LinkText().Replace(heading.Trim(), "$1");
        return NoPartOfASlug().Replace(text.ToLowerInvariant(), "").Replace(' ', '-');
    }

    [GeneratedRegex(@"^#{1,6}\s+(.+?)\s*#*$")]
    private static partial Regex Heading();

    [GeneratedRegex(@"`[^`\n]*`")]
    private static partial Regex InlineCode();

    [GeneratedRegex("""\]\(\s*<?([^\s)>]+)>?(?:\s+"[^"]*")?\s*\)|^\[[^\]]+\]:\s+(\S+)""", RegexOptions.Multiline)]
    private static partial Regex Link();

    [GeneratedRegex(@"!?\[([^\]]*)\]\([^)]*\)")]
    private static partial Regex LinkText();

    [GeneratedRegex(@"[^\p{L}\p{M}\p{N}\p{Pc} -]")]
    private static partial Regex NoPartOfASlug();
}
