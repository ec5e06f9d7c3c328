namespace AllInOne;

/// <summary>Where the files go: the setting <c>Folder</c>, else a new folder for temporary files.</summary>
internal sealed class ExportFolder(IConfiguration configuration)
{
    private readonly string _path = configuration["Folder"] is { Length: > 0 } folder
        ? Directory.CreateDirectory(folder).FullName
        : Directory.CreateTempSubdirectory("order-exports-").FullName;

    public string PathOf(string file) => Path.Combine(_path, file);
}
