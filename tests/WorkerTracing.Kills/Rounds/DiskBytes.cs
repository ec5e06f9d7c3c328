namespace WorkerTracing.Kills;

/// <summary>Measures the files below a directory, while others make and delete them.</summary>
internal static class DiskBytes
{
    public static readonly EnumerationOptions Everything = new() { RecurseSubdirectories = true, IgnoreInaccessible = true };

    public static long Of(string directory)
    {
        long bytes = 0;
        if (!Directory.Exists(directory))
            return bytes;
        foreach (FileInfo file in new DirectoryInfo(directory).EnumerateFiles("*", Everything))
        {
            try
            {
                bytes += file.Length;
            }
            catch (FileNotFoundException)
            {
                // deleted meanwhile
            }
        }

        return bytes;
    }
}
