namespace WorkerTracing.Packages.Tests;

/// <summary>A new folder outside of this repository, in which the commands of a page run.</summary>
internal sealed class EmptyFolder
{
    private readonly Dictionary<string, string> _environment;

    public EmptyFolder()
    {
        // dotnet new names the project after the folder.
        Path = System.IO.Path.Combine(PackedPackages.Temporary, "folders", $"{Guid.NewGuid():N}", "program");
        Directory.CreateDirectory(Path);
        _environment = PackedPackages.RestoreFrom(System.IO.Path.Combine(Path, "..", "restored"));
    }

    public string Path { get; }

    public string PathOf(string file) => System.IO.Path.Combine(Path, file);

    /// <summary>Runs a line of a page. A package gets the version that was packed here or that this repository uses.</summary>
    public Task<string> RunAsync(string command)
    {
        string[] words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words is ["dotnet", "add", "package", var package])
            words = [.. words, "--version", package.StartsWith("WorkerTracing", StringComparison.Ordinal)
                ? PackedPackages.Version
                : RepositoryVersions.Of(package)];
        return words is ["dotnet", .. var arguments]
            ? DotnetCommand.RunAsync(Path, _environment, arguments)
            : throw new ArgumentException($"'{command}' is no dotnet command.", nameof(command));
    }
}
