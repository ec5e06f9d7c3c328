using WorkerTracing.Testing;

namespace WorkerTracing.PackagesTests;

/// <summary>The packages of this repository, packed once for all tests, in a folder that goes with them.</summary>
[SetUpFixture]
public sealed class PackedPackages
{
    // No published package has this version: what is restored is what was packed here.
    public const string Version = "0.0.1-packed-here";

    public static string Temporary { get; } = Path.Combine(Path.GetTempPath(), $"workertracing-packages-{Guid.NewGuid():N}");

    public static string Folder { get; } = Path.Combine(Temporary, "packages");

    /// <summary>Hangfire's is among them where Hangfire's own packages can be restored (.build/Hangfire.targets).</summary>
    public static string[] Names { get; } =
    [
        "WorkerTracing",
        "WorkerTracing.MassTransit",
        "WorkerTracing.OpenAI",
        "WorkerTracing.Quartz",
        .. File.Exists(Repository.PathOf("artifacts/without-hangfire.txt")) ? Array.Empty<string>() : ["WorkerTracing.Hangfire"],
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
