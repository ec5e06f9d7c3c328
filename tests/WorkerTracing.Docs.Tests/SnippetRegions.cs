using System.Text.RegularExpressions;
using WorkerTracing.Testing;

namespace WorkerTracing.Docs.Tests;

/// <summary>The code between <c>#region name</c> and <c>#endregion</c> in the files that are compiled for the pages' sake.</summary>
/// <remarks>
/// Regions of one name in a file are one snippet: its usings, its statements and its types have their places apart in a compiled file.
/// </remarks>
internal static partial class SnippetRegions
{
    /// <summary>Those of Quartz 3 are apart: no project can reference both versions of Quartz.</summary>
    private static readonly string[] Folders = ["tests/WorkerTracing.Docs.Tests/Snippets", "tests/WorkerTracing.Quartz3.Tests/Snippets"];

    /// <summary>Where each snippet is (<c>Readme.cs: without-a-container</c>), and its code.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = Folders
        .SelectMany(static folder => Directory.EnumerateFiles(Repository.PathOf(folder), "*.cs"))
        .SelectMany(file => Region().Matches(File.ReadAllText(file))
            .GroupBy(region => $"{Path.GetFileName(file)}: {region.Groups["name"].Value}", region => region.Groups["code"].Value))
        .ToDictionary(regions => regions.Key, regions => OneLine(string.Concat(regions)));

    /// <summary>The code with each run of white space as one space: a page indents and wraps as it likes.</summary>
    public static string OneLine(string code) => WhiteSpace().Replace(code, " ").Trim();

    [GeneratedRegex(@"^[ \t]*#region (?<name>[\w-]+)\r?\n(?<code>.*?)^[ \t]*#endregion", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Region();

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();
}
