using WorkerTracing.Testing;

namespace WorkerTracing.Docs.Tests;

public sealed class LinkTests
{
    [TestCaseSource(typeof(Pages), nameof(Pages.All))]
    public void Links_ThatAreRelative_LeadSomewhere(string page)
    {
        IEnumerable<string> broken = Pages.Read(page).Links
            .Where(target => !target.Contains(':', StringComparison.Ordinal) && !LeadsSomewhere(page, target));

        Assert.That(broken, Is.Empty, $"{page} links to files or headings that are not there.");
    }

    private static bool LeadsSomewhere(string page, string target)
    {
        string[] parts = Uri.UnescapeDataString(target).Split('#', 2);
        string path = parts[0].Length == 0
            ? page
            : Path.GetRelativePath(Repository.Root, Repository.PathOf(Path.Combine(Path.GetDirectoryName(page)!, parts[0])));

        bool isInside = !path.StartsWith("..", StringComparison.Ordinal) && !Path.IsPathRooted(parts[0]);
        return isInside && Path.Exists(Repository.PathOf(path)) && (parts.Length == 1 || Pages.Read(path).Anchors.Contains(parts[1]));
    }
}
