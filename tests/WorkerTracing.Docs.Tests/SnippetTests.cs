namespace WorkerTracing.Docs.Tests;

public sealed class SnippetTests
{
    [TestCaseSource(typeof(Pages), nameof(Pages.All))]
    public void CSharp_OnAPage_IsCompiled(string page)
    {
        IEnumerable<string> unknown = Pages.Read(page).Code("csharp")
            .Where(code => !SnippetRegions.All.Values.Contains(SnippetRegions.OneLine(code)));

        Assert.That(
            unknown,
            Is.Empty,
            $"{page} shows code that is no #region of the Snippets folder: make the two equal, or add the region.");
    }

    [Test]
    public void Snippets_ThatAreCompiled_AreOnAPage()
    {
        HashSet<string> shown = [.. Pages.All().SelectMany(page => Pages.Read(page).Code("csharp")).Select(SnippetRegions.OneLine)];

        Assert.That(SnippetRegions.All.Where(snippet => !shown.Contains(snippet.Value)).Select(snippet => snippet.Key), Is.Empty,
            "No page shows these regions.");
    }
}
