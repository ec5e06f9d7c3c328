using System.Text.RegularExpressions;
using WorkerTracing.Testing;

namespace WorkerTracing.Packages.Tests;

/// <summary>A whole program on a page: the commands that make its project, and its code.</summary>
/// <param name="Name">The page and the heading above the program.</param>
/// <param name="Commands">The commands, from <c>dotnet new</c> to the last <c>dotnet add package</c>.</param>
/// <param name="Code">The content of <c>Program.cs</c>.</param>
internal sealed partial record PageProgram(string Name, IReadOnlyList<string> Commands, string Code)
{
    /// <summary>Gets the programs of README.md and of the pages in docs; one that is on several pages once.</summary>
    public static IEnumerable<PageProgram> All() =>
        Directory.EnumerateFiles(Repository.PathOf("docs"), "*.md", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Prepend(Repository.PathOf("README.md"))
            .SelectMany(On)
            .DistinctBy(static program => program.Code);

    public override string ToString() => Name;

    private static IEnumerable<PageProgram> On(string page)
    {
        string text = File.ReadAllText(page).ReplaceLineEndings("\n");
        return Program().Matches(text).Select(match => new PageProgram(
            $"{Path.GetFileName(page)} {Heading().Matches(text[..match.Index]).Last().Groups[1].Value}",
            match.Groups["commands"].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries),
            match.Groups["code"].Value));
    }

    [GeneratedRegex(
        @"^```\n(?<commands>dotnet new .*\n(?:dotnet add package .*\n)+)```\n\n```csharp\n(?<code>(?:.*\n)*?)```$",
        RegexOptions.Multiline)]
    private static partial Regex Program();

    [GeneratedRegex("^#+ (.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
