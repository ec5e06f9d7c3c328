using WorkerTracing.Testing;

namespace WorkerTracing.Packages.Tests;

/// <summary>The packages of this repository, packed once for all tests, in a folder that goes with them.</summary>
[SetUpFixture]
public sealed class PackedPackages
{
    // No published package has this version: what is restored is what was packed here.
    public const string Version = "0.0.1-packed-here";

    public static string Temporary { get; } = Path.Combine(Path.GetTempPath(), $"workertracing-packages-{Guid.NewGuid():N}");

    public static string Folder { get; } = Path.Combine(Temporary, "packages");

    public static string[] Names { get; } =
    [
        "WorkerTracing",
        "WorkerTracing.Hangfire",
        "WorkerTracing.MassTransit",
        "WorkerTracing.OpenAI",
        "WorkerTracing.Quartz",
    ];

    [OneTimeSetUp]
    public static async Task PackAsync()
    {
        // In a build output of their own: the solution's may be in use, this very test runs from it.
        foreach (string name in Names)
        {
            await DotnetCommand.RunAsync(Repository.Root, new Dictionary<string, string>(), "pack", $"src/{name}", "--nologo",
                "--artifacts-path", Path.Combine(Temporary, "artifacts"), "--output", Folder, $"-p:Version={Version}");
        }
    }

    [OneTimeTearDown]
    public static void Delete()
    {
        if (Directory.Exists(Temporary))
            Directory.Delete(Temporary, recursive: true);
    }
}
