namespace WorkerTracing.Testing;

/// <summary>The working copy that the tests were built from.</summary>
public static class Repository
{
    // Not from [CallerFilePath]: a deterministic build maps it.
    public static string Root { get; } = Find(new DirectoryInfo(AppContext.BaseDirectory));

    public static string PathOf(string relative) => Path.GetFullPath(Path.Combine(Root, relative));

    private static string Find(DirectoryInfo? folder)
    {
        for (; folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "WorkerTracing.sln")))
                return folder.FullName;
        }

        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds WorkerTracing.sln.");
    }
}
