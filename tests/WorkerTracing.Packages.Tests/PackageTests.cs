using System.IO.Compression;
using System.Reflection;
using System.Xml.Linq;
using WorkerTracing.Testing;

namespace WorkerTracing.PackagesTests;

/// <summary>The packages as a user gets them: packed, restored into a new project outside of this repository, and run.</summary>
public sealed class PackageTests
{
    // No published package has this version: what is restored is what was packed here.
    private const string Version = "0.0.1-packed-here";

    // Hangfire's is left out: it cannot be packed everywhere (.build/Hangfire.targets).
    private static readonly string[] Packages = ["WorkerTracing", "WorkerTracing.MassTransit", "WorkerTracing.OpenAI", "WorkerTracing.Quartz"];
    private static readonly string Temporary = Path.Combine(Path.GetTempPath(), $"workertracing-packages-{Guid.NewGuid():N}");
    private static readonly string Folder = Path.Combine(Temporary, "packages");

    [OneTimeSetUp]
    public static async Task PackAsync()
    {
        // In a build output of their own: the solution's may be in use, this very test runs from it.
        foreach (string package in Packages)
        {
            await DotnetCommand.RunAsync(Repository.Root, new Dictionary<string, string>(), "pack", $"src/{package}", "--nologo",
                "--artifacts-path", Path.Combine(Temporary, "artifacts"), "--output", Folder, $"-p:Version={Version}");
        }
    }

    [OneTimeTearDown]
    public static void Delete()
    {
        if (Directory.Exists(Temporary))
            Directory.Delete(Temporary, recursive: true);
    }

    [TestCaseSource(nameof(Packages))]
    public void Package_Packed_HoldsWhatAUserNeeds(string package)
    {
        using ZipArchive archive = ZipFile.OpenRead(Path.Combine(Folder, $"{package}.{Version}.nupkg"));
        string[] files = [.. archive.Entries.Select(entry => entry.FullName)];
        using Stream nuspec = archive.GetEntry($"{package}.nuspec")!.Open();
        XElement metadata = XDocument.Load(nuspec).Root!.Elements().Single();

        string? Of(string name) => metadata.Elements().SingleOrDefault(element => element.Name.LocalName == name)?.Value;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(files, Does.Contain($"lib/net10.0/{package}.dll"));
            Assert.That(files, Does.Contain($"lib/net10.0/{package}.xml"), "The XML docs are what an editor shows.");
            Assert.That(files, Does.Contain("README.md"));
            Assert.That(Of("readme"), Is.EqualTo("README.md"));
            Assert.That(Of("license"), Is.EqualTo("MIT"));
            Assert.That(Of("description"), Is.Not.Empty);
        }
    }

    [TestCaseSource(nameof(Packages))]
    public void Package_Packed_HasItsSymbols(string package)
    {
        using ZipArchive archive = ZipFile.OpenRead(Path.Combine(Folder, $"{package}.{Version}.snupkg"));

        Assert.That(archive.Entries.Select(entry => entry.FullName), Does.Contain($"lib/net10.0/{package}.pdb"));
    }

    [Test]
    public async Task NewWorker_RestoredFromThePackages_ShowsItsJobsTrace()
    {
        string worker = Path.Combine(Temporary, "NewWorker");
        Directory.CreateDirectory(worker);
        foreach (string file in Directory.EnumerateFiles(Repository.PathOf("tests/WorkerTracing.Packages.Tests/NewWorker")))
            File.Copy(file, Path.Combine(worker, Path.GetFileName(file)));

        string output = await DotnetCommand.RunAsync(worker, new Dictionary<string, string>
        {
            ["WorkerTracingVersion"] = Version,
            ["HostingVersion"] = HostingVersion,
            ["NUGET_PACKAGES"] = Path.Combine(Temporary, "restored"),
            ["RestoreAdditionalProjectSources"] = Folder,
            ["RestoreFallbackFolders"] = AlreadyRestored,
        }, "run");

        Assert.That(output, Does.Match(@"trace [0-9a-f]{32}\n└─ first .*(\n   │ .*)+\n   └─ inner "), "One trace, of the Quartz job and of the job inside it.");
    }

    /// <summary>The version that this repository uses: it is there already.</summary>
    private static string HostingVersion => XDocument.Load(Repository.PathOf("Directory.Packages.props")).Descendants("PackageVersion")
        .Single(package => package.Attribute("Include")!.Value == "Microsoft.Extensions.Hosting").Attribute("Version")!.Value;

    private static string AlreadyRestored => typeof(PackageTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(metadata => metadata.Key == "NuGetPackageRoot").Value!;
}
