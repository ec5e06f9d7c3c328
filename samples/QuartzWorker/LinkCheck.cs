using System.Diagnostics;
using System.Text.RegularExpressions;

/// <summary>Checks the links of Markdown files, with a span for each file.</summary>
internal static partial class LinkCheck
{
    public static readonly ActivitySource Source = new("QuartzWorker");

    /// <exception cref="FileNotFoundException">There are broken links.</exception>
    public static async Task RunAsync(string folder, CancellationToken cancellationToken)
    {
        string root = Path.GetFullPath(folder);
        List<string> broken = [];
        foreach (string file in Directory.EnumerateFiles(root, "*.md", SearchOption.AllDirectories))
        {
            using Activity? span = Source.StartActivity(Path.GetRelativePath(root, file));
            string[] targets = [.. Link().Matches(await File.ReadAllTextAsync(file, cancellationToken))
                .Select(static link => link.Groups[1].Value)];
            string[] missing = [.. targets.Where(
                target => !Path.Exists(Path.Combine(Path.GetDirectoryName(file)!, Uri.UnescapeDataString(target))))];
            span?.SetTag("links", targets.Length).SetTag("links.missing", missing.Length);
            broken.AddRange(missing.Select(target => $"{Path.GetRelativePath(root, file)}: {target}"));
        }

        if (broken.Count > 0)
            throw new FileNotFoundException($"{broken.Count} broken links: {string.Join(", ", broken)}");
    }

    // [text](path#fragment "title"), where the path is no address and no mere fragment
    [GeneratedRegex("""(?<!!)\[[^\]]*\]\((?![a-z]+:|#)([^)#\s]+)""")]
    private static partial Regex Link();
}
