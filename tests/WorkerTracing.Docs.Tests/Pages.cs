using WorkerTracing.Testing;

namespace WorkerTracing.Docs.Tests;

/// <summary>Every page that a user reads, by its path from the repository's root.</summary>
internal static class Pages
{
    public static IEnumerable<string> All() =>
        [
            "README.md",
            "CHANGELOG.md",
            "CONTRIBUTING.md",
            "SECURITY.md",
            .. Below("docs", "*.md"),
            .. Below("src", "README.md"),
            .. Below("samples", "README.md"),
        ];

    public static MarkdownPage Read(string path) => new(File.ReadAllText(Repository.PathOf(path)));

    private static IEnumerable<string> Below(string folder, string name) =>
        Directory.EnumerateFiles(Repository.PathOf(folder), name, SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/')).Order(StringComparer.Ordinal);
}
