namespace WorkerTracing;

/// <summary>How files and directories of the recorder are made, named and deleted. They are accessible to their user alone.</summary>
internal static class RecorderFiles
{
    public const string LockName = "lock";
    public const string SegmentExtension = ".segment";
    public const string OpenSpansExtension = ".open";
    public const string UnfinishedExtension = ".tmp";

    private const UnixFileMode UserFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode UserDirectory = UserFile | UnixFileMode.UserExecute;

    public static void CreateDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, UserDirectory);
    }

    /// <summary>Makes a file that does not exist yet.</summary>
    public static FileStream CreateFile(string path) =>
        new(path, Options(FileMode.CreateNew, FileShare.ReadWrite | FileShare.Delete));

    /// <summary>Opens a file that exists, to read it and to write to it.</summary>
    public static FileStream OpenFile(string path) =>
        new(path, new FileStreamOptions
        {
            Mode = FileMode.Open,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
        });

    /// <summary>Opens a file that only one process can have open.</summary>
    /// <exception cref="IOException">Another has it open.</exception>
    public static FileStream OpenExclusively(string path) => new(path, Options(FileMode.OpenOrCreate, FileShare.None));

    /// <summary>Deletes a file. Returns false if it is still there.</summary>
    public static bool TryDelete(string path)
    {
        try
        {
            File.Delete(path);
            return true;
        }
        catch (Exception exception) when (RecorderFailure.IsOfDisk(exception))
        {
            return false;
        }
    }

    /// <summary>Deletes a directory that is empty. What others have put there stays.</summary>
    public static bool TryDeleteDirectory(string path)
    {
        try
        {
            Directory.Delete(path);
            return true;
        }
        catch (Exception exception) when (RecorderFailure.IsOfDisk(exception))
        {
            return false;
        }
    }

    private static FileStreamOptions Options(FileMode mode, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UserFile;
        return options;
    }
}
