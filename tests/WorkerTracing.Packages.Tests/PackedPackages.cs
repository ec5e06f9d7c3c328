using System.Reflection;
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
        [.. Directory.EnumerateFiles(Repository.PathOf("src"), "*.csproj", SearchOption.AllDirectories)
            .Select(static project => Path.GetFileNameWithoutExtension(project))
            .Order(StringComparer.Ordinal)];

    /// <summary>Gets the folder with this repository's restored dependencies. A restore in a test need not fetch them again.</summary>
    private static string AlreadyRestored => typeof(PackedPackages).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(metadata => metadata.Key == "NuGetPackageRoot").Value!;

    /// <summary>Gets the variables for a restore that takes the packed packages, into a folder of its own.</summary>
    public static Dictionary<string, string> RestoreFrom(string restored) => new()
    {
        ["NUGET_PACKAGES"] = restored,
        ["RestoreAdditionalProjectSources"] = Folder,
        ["RestoreFallbackFolders"] = AlreadyRestored,
    };

    [OneTimeSetUp]
    public static async Task PackAsync()
    {
        // In a build output of their own, which the next run finds up to date: the solution's may be in use, this very test runs from it.
        // The analyzers have run in the solution's build.
        string output = await DotnetCommand.RunAsync(Repository.Root, new Dictionary<string, string>(), "pack", "src/Packages.proj",
            "--nologo", "-c", "Release", "--artifacts-path", Repository.PathOf("artifacts/packed"), "--output", Folder,
            $"-p:Version={Version}", "-p:RunAnalyzers=false");
        Assert.That(Directory.GetFiles(Folder, "*.nupkg"), Has.Length.EqualTo(Names.Length), output);
    }

    [OneTimeTearDown]
    public static void Delete()
    {
        if (Directory.Exists(Temporary))
            Directory.Delete(Temporary, recursive: true);
    }
}
