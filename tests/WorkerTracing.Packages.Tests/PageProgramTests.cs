using System.Text.RegularExpressions;
using WorkerTracing.Testing;

namespace WorkerTracing.Packages.Tests;

/// <summary>
/// The programs of the pages, made in an empty folder by the page's own commands, built from the packed packages and run until they show a
/// trace.
/// </summary>
[Platform(Exclude = "Win", Reason = "A signal is what ends the program.")]
public sealed partial class PageProgramTests
{
    [Test]
    public void All_OnTheReadme_AreOneForEachFramework() =>
        Assert.That(
            PageProgram.All().Select(static program => program.Name)
                .Where(static name => name.StartsWith("README.md", StringComparison.Ordinal)),
            Is.EqualTo(new[]
            {
                "README.md A `BackgroundService`", "README.md Hangfire 1.8", "README.md MassTransit 8", "README.md Quartz 4",
            }));

    [TestCaseSource(typeof(PageProgram), nameof(PageProgram.All))]
    public async Task Run_InAnEmptyFolder_ShowsATrace(object program)
    {
        if (!FullRun.IsOn)
            Assert.Ignore("In a full run alone: WORKERTRACING_FULL_TESTS=1");
        var folder = new EmptyFolder();
        var page = (PageProgram)program;
        foreach (string command in page.Commands)
            await folder.RunAsync(command);
        await File.WriteAllTextAsync(folder.PathOf("Program.cs"), page.Code);
        await folder.RunAsync("dotnet build -o built");

        await using var process = ChildProcess.StartDotnet([folder.PathOf("built/program.dll")], folder: folder.Path);
        await process.WroteAsync(Tree());
        process.Stop();

        Assert.That(await process.EndedAsync(), Is.Zero, process.Report());
        Assert.That(process.Output, Does.Contain("WorkerTracing[30]").And.Not.Contain("warn: WorkerTracing"), "no mistake on our pages");
    }

    [GeneratedRegex(@"trace [0-9a-f]{32}\n└─ \w.*\n")]
    private static partial Regex Tree();
}
