using WorkerTracing.Testing;

namespace WorkerTracing.Packages.Tests;

/// <summary>A program of the folder NewWorker with its project, outside of this repository, as a user would have it.</summary>
internal sealed class NewWorker
{
    private readonly string _folder;
    private readonly Dictionary<string, string> _environment;

    /// <param name="package">The package of this repository that it references.</param>
    /// <param name="program">The name of the program, and of its file.</param>
    /// <param name="hosting">The version of Microsoft.Extensions.Hosting; null for the one that this repository uses.</param>
    public NewWorker(string package, string program, string? hosting = null)
    {
        _folder = Path.Combine(PackedPackages.Temporary, "workers", $"{program}-{Guid.NewGuid():N}");
        Directory.CreateDirectory(_folder);
        string source = Repository.PathOf("tests/WorkerTracing.Packages.Tests/NewWorker");
        File.Copy(Path.Combine(source, $"{program}.cs"), Path.Combine(_folder, "Program.cs"));
        File.Copy(Path.Combine(source, "NewWorker.csproj"), Path.Combine(_folder, "NewWorker.csproj"));
        _environment = new Dictionary<string, string>(PackedPackages.RestoreFrom(Path.Combine(_folder, "restored")))
        {
            ["Package"] = package,
            ["WorkerTracingVersion"] = PackedPackages.Version,
            ["HostingVersion"] = hosting ?? RepositoryVersions.Of("Microsoft.Extensions.Hosting"),
            ["HangfireVersion"] = RepositoryVersions.Of("Hangfire.NetCore"),
            ["Quartz3Version"] = RepositoryVersions.Of("Quartz.Extensions.Hosting"),
            ["HangfireInMemoryVersion"] = RepositoryVersions.Of("Hangfire.InMemory"),
        };
    }

    public string PathOf(string file) => Path.Combine(_folder, file);

    public Task<string> DotnetAsync(params string[] arguments) => DotnetCommand.RunAsync(_folder, _environment, arguments);
}
