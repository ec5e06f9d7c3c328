using System.Reflection;
using System.Xml.Linq;
using WorkerTracing.Testing;

namespace WorkerTracing.Packages.Tests;

/// <summary>A program of the folder NewWorker with its project, outside of this repository, as a user would have it.</summary>
internal sealed class NewWorker
{
    private readonly string _folder;
    private readonly Dictionary<string, string> _environment;

    /// <param name="package">The package of this repository that it references.</param>
    /// <param name="program">The name of the program, and of its file.</param>
    public NewWorker(string package, string program)
    {
        _folder = Path.Combine(PackedPackages.Temporary, "workers", $"{program}-{Guid.NewGuid():N}");
        Directory.CreateDirectory(_folder);
        string source = Repository.PathOf("tests/WorkerTracing.Packages.Tests/NewWorker");
        File.Copy(Path.Combine(source, $"{program}.cs"), Path.Combine(_folder, "Program.cs"));
        File.Copy(Path.Combine(source, "NewWorker.csproj"), Path.Combine(_folder, "NewWorker.csproj"));
        _environment = new Dictionary<string, string>
        {
            ["Package"] = package,
            ["WorkerTracingVersion"] = PackedPackages.Version,
            ["HostingVersion"] = VersionOf("Microsoft.Extensions.Hosting"),
            ["HangfireVersion"] = VersionOf("Hangfire.NetCore"),
            ["HangfireInMemoryVersion"] = VersionOf("Hangfire.InMemory"),
            ["NUGET_PACKAGES"] = Path.Combine(_folder, "restored"),
            ["RestoreAdditionalProjectSources"] = PackedPackages.Folder,
            ["RestoreFallbackFolders"] = AlreadyRestored,
        };
    }

    public string PathOf(string file) => Path.Combine(_folder, file);

    public Task<string> DotnetAsync(params string[] arguments) => DotnetCommand.RunAsync(_folder, _environment, arguments);

    /// <summary>The folder with this repository's restored dependencies. The worker's restore need not fetch them again.</summary>
    private static string AlreadyRestored => typeof(NewWorker).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(metadata => metadata.Key == "NuGetPackageRoot").Value!;

    /// <summary>The version that this repository uses: it is there already.</summary>
    private static string VersionOf(
        string package) => XDocument.Load(Repository.PathOf("Directory.Packages.props")).Descendants("PackageVersion")
        .Single(element => element.Attribute("Include")!.Value == package).Attribute("Version")!.Value;
}
