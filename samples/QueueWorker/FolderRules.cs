namespace QueueWorker;

/// <summary>Which folders may be indexed: those inside one root.</summary>
internal sealed record FolderRules(string Root, string Default)
{
    /// <summary>The root is the setting <c>Root</c>, else the repository that the sample is in, else the current folder.</summary>
    public static FolderRules From(IConfiguration configuration)
    {
        string root = Path.GetFullPath(configuration["Root"] ?? FindRepository() ?? Directory.GetCurrentDirectory());
        string docs = Path.Combine(root, "docs");
        return new FolderRules(root, Directory.Exists(docs) ? docs : root);
    }

    /// <summary>The full path of a folder inside the root, links followed; null for one outside.</summary>
    public string? Resolve(string? folder)
    {
        if (string.IsNullOrWhiteSpace(folder))
            return Default;
        if (folder.Contains('\0', StringComparison.Ordinal))
            return null;
        string full = Path.GetFullPath(folder, Root);
        return IsInside(full) && !LeadsOut(full) ? full : null;
    }

    /// <summary>Whether a link on the way from the root leads out of it.</summary>
    private bool LeadsOut(string path)
    {
        for (DirectoryInfo? at = new(path); at is not null && at.FullName.Length > Root.Length; at = at.Parent)
        {
            if (at.Exists && at.ResolveLinkTarget(returnFinalTarget: true) is { } target && !IsInside(target.FullName))
                return true;
        }

        return false;
    }

    private bool IsInside(string path) =>
        path == Root || path.StartsWith(Path.TrimEndingDirectorySeparator(Root) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private static string? FindRepository()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "WorkerTracing.sln")))
            folder = folder.Parent;
        return folder?.FullName;
    }
}
