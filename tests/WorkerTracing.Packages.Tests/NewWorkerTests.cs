using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using WorkerTracing.Testing;

namespace WorkerTracing.Packages.Tests;

/// <summary>The packages as a user gets them: restored into a new project outside of this repository, and run.</summary>
public sealed class NewWorkerTests
{
    [TestCase("WorkerTracing", "Core", "first")]
    [TestCase("WorkerTracing.Quartz", "Quartz", "first")]
    [TestCase("WorkerTracing.Quartz3", "Quartz3", "first")]
    [TestCase("WorkerTracing.MassTransit", "MassTransit", "FirstConsumer First")]
    [TestCase("WorkerTracing.Hangfire", "Hangfire", "FirstJobs.FirstAsync")]
    [TestCase("WorkerTracing.OpenAI", "OpenAI", "first")]
    public async Task Run_RestoredFromThePackage_ShowsItsJobsTrace(string package, string program, string job)
    {
        if (!FullRun.IsOn && package is not ("WorkerTracing" or "WorkerTracing.Quartz3"))
            Assert.Ignore("In a full run alone: WORKERTRACING_FULL_TESTS=1");
        string output = await new NewWorker(package, program).DotnetAsync("run");

        Assert.That(
            output,
            Does.Match(@$"trace [0-9a-f]{{32}}\n└─ {job} .*(\n   │ .*)+\n   └─ inner "),
            "One trace, of the framework's job and of the job inside it.");
        if (program == "OpenAI")
            Assert.That(
                output,
                Does.Contain("\"object\":\"trace\"").And.Contain("\"workflow_name\":\"first\""),
                "what the service would have been sent");
    }

    [TestCase("WorkerTracing", "Core", "first")]
    [TestCase("WorkerTracing.Quartz", "Quartz", "first")]
    [TestCase("WorkerTracing.Quartz3", "Quartz3", "first")]
    [TestCase("WorkerTracing.MassTransit", "MassTransit", "FirstConsumer First")]
    [TestCase("WorkerTracing.Hangfire", "Hangfire", "FirstJobs.FirstAsync")]
    [TestCase("WorkerTracing.OpenAI", "OpenAI", "first")]
    public async Task Run_OnTheLowestVersionOfTheExtensions_ShowsItsJobsTrace(string package, string program, string job)
    {
        if (!FullRun.IsOn)
            Assert.Ignore("In a full run alone: WORKERTRACING_FULL_TESTS=1");

        // A package that asked for more would be a downgrade here: NU1605, which is an error.
        string output = await new NewWorker(package, program, PackageTests.LowestExtensions).DotnetAsync("run");

        Assert.That(output, Does.Match(@$"trace [0-9a-f]{{32}}\n└─ {job} "));
    }

    [Test]
    public async Task Restore_OfThePackageForQuartz3_BringsNothingOfQuartz4()
    {
        if (!FullRun.IsOn) // Package_ForQuartz3_KeepsQuartz4Away reads what the package declares
            Assert.Ignore("In a full run alone: WORKERTRACING_FULL_TESTS=1");
        string lowest = RepositoryVersions.Of("Quartz.Extensions.DependencyInjection");

        string packages = await new NewWorker("WorkerTracing.Quartz3", "Quartz3").DotnetAsync(
            "list",
            "package",
            "--include-transitive",
            "--format",
            "json");

        string[] quartz = [.. JsonNode.Parse(packages)!["projects"]![0]!["frameworks"]![0]!.AsObject()
            .Where(static kind => kind.Key.EndsWith("ackages", StringComparison.Ordinal))
            .SelectMany(static kind => kind.Value!.AsArray())
            .Where(static package => ((string)package!["id"]!).StartsWith("Quartz", StringComparison.Ordinal))
            .Select(static package => $"{package!["id"]} {package["resolvedVersion"]}")];
        Assert.That(
            quartz,
            Is.EquivalentTo(new[]
            {
                $"Quartz {lowest}", $"Quartz.Extensions.DependencyInjection {lowest}", $"Quartz.Extensions.Hosting {lowest}",
            }));
    }

    [TestCase("WorkerTracing", "Core")]
    [TestCase("WorkerTracing.OpenAI", "OpenAI")]
    [TestCase("WorkerTracing.Quartz", "Quartz")]
    public async Task Run_AsNativeCode_ShowsItsJobsTraceToo(string package, string program)
    {
        if (!FullRun.IsOn)
            Assert.Ignore("In a full run alone: WORKERTRACING_FULL_TESTS=1");
        var worker = new NewWorker(package, program);
        try
        {
            // The trimmer's and the compiler's warnings about our packages are errors here.
            await worker.DotnetAsync(
                "publish",
                "--nologo",
                "-r",
                RuntimeInformation.RuntimeIdentifier,
                "-p:PublishAot=true",
                "-p:TrimmerSingleWarn=false",
                "-o",
                "native");
        }
        catch (InvalidOperationException failure) when (IsWithoutToolchain(failure.Message))
        {
            Assert.Ignore($"Native code cannot be compiled here: {failure.Message}");
        }

        await using var process = ChildProcess.Start(worker.PathOf("native/NewWorker"), []);

        Assert.That(await process.EndedAsync(), Is.Zero, process.Report());
        Assert.That(process.Output, Does.Match(@"trace [0-9a-f]{32}\n└─ first .*(\n   │ .*)+\n   └─ inner "));
    }

    /// <summary>The compiler's package or the platform's linker is missing.</summary>
    private static bool IsWithoutToolchain(string output) =>
        output.Contains("NU1101", StringComparison.Ordinal) || output.Contains("NU1102", StringComparison.Ordinal)
            || output.Contains("NU1301", StringComparison.Ordinal)
            || output.Contains("Platform linker", StringComparison.Ordinal);
}
