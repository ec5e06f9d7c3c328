namespace WorkerTracing.Docs.Tests;

public sealed class MarkdownPageTests
{
    [TestCase("# Getting started", "getting-started")]
    [TestCase("## What it costs (on 2 cores), and *why*", "what-it-costs-on-2-cores-and-why")]
    [TestCase("### `JobTrace.EndAsync` & co", "jobtraceendasync--co")]
    [TestCase("## [Quartz](quartz.md) 4", "quartz-4")]
    [TestCase("## worker_tracing.wait_ms ##", "worker_tracingwait_ms")]
    public void Anchors_OfAHeading_FollowGitHubsRule(string heading, string anchor) =>
        Assert.That(new MarkdownPage(heading).Anchors, Is.EqualTo([anchor]));

    [Test]
    public void Anchors_OfEqualHeadings_AreNumbered() =>
        Assert.That(new MarkdownPage("# Options\n# Options\n# Options").Anchors, Is.EqualTo(["options", "options-1", "options-2"]));

    [Test]
    public void Anchors_InsideACodeBlock_AreNone() =>
        Assert.That(new MarkdownPage("```\n# a comment\n```").Anchors, Is.Empty);

    [TestCase("see [a](b.md#c) and ![d](e.png \"f\")", "b.md#c", "e.png")]
    [TestCase("[a]\n\n[a]: b.md", "b.md")]
    [TestCase("[`code`](<b.md>)", "b.md")]
    [TestCase("`[a](b.md)`\n```\n[a](b.md)\n```")]
    public void Links_OfAText_AreItsTargets(string text, params string[] targets) =>
        Assert.That(new MarkdownPage(text).Links, Is.EqualTo(targets));

    [Test]
    public void Rows_BelowAHeading_AreThoseOfItsTablesWithoutTheirHeadings() =>
        Assert.That(
            new MarkdownPage("# A\n| x | y |\n| --- | ---: |\n| 1 | `2` |\n\n# B\n| z |\n| --- |\n| 3 |").Rows("A"),
            Is.EqualTo(new[] { new[] { "1", "`2`" } }));
}
