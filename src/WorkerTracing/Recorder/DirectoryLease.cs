using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;

namespace WorkerTracing;

/// <summary>
/// A sub-directory that belongs to one process at a time: the one that has its lock file open. The system closes the file when the process
/// ends, however it ends.
/// </summary>
internal sealed class DirectoryLease : IDisposable
{
    private const string TimeFormat = "yyyyMMdd'T'HHmmssfff";
    private const int TimeLength = 18;
    private const int RandomBytes = 8;
    private const int NameLength = TimeLength + 1 + (2 * RandomBytes);

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    private readonly FileStream _lock;
    private readonly string _lockPath;

    private DirectoryLease(string path, string lockPath, FileStream file)
    {
        DirectoryPath = path;
        _lockPath = lockPath;
        _lock = file;
    }

    public string DirectoryPath { get; }

    /// <summary>Gets whether the directory is still there. False when someone has deleted it.</summary>
    public bool Exists => File.Exists(_lockPath);

    /// <summary>Makes a new sub-directory. Its name begins with the time, so that names sort by age.</summary>
    /// <exception cref="IOException">The disk is full or read-only, or the file system has no locks.</exception>
    public static DirectoryLease Create(string root, DateTimeOffset now)
    {
        RecorderFiles.CreateDirectory(root);
        string name = string.Create(
            CultureInfo.InvariantCulture,
            $"{now.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)}-{RandomNumberGenerator.GetHexString(2 * RandomBytes, true)}");
        string path = Path.Combine(root, name);
        RecorderFiles.CreateDirectory(path);
        DirectoryLease? lease = null;
        try
        {
            lease = Take(path) ?? throw new IOException($"Another process has taken {path}.");
            return IsLocked(path) ? lease : throw new IOException($"The file system of {root} has no file locks.");
        }
        catch
        {
            lease?.DeleteDirectory();
            RecorderFiles.TryDeleteDirectory(path);
            throw;
        }
    }

    /// <summary>Takes a sub-directory whose process has ended.</summary>
    /// <returns>Null while its process lives, or if it is gone.</returns>
    /// <exception cref="UnauthorizedAccessException">It belongs to another user.</exception>
    public static DirectoryLease? TryTake(string path)
    {
        try
        {
            return Take(path);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Returns true if a name is that of a sub-directory of a recorder.</summary>
    public static bool IsName(string name) =>
        name.Length == NameLength
        && name[TimeLength] == '-'
        && DateTime.TryParseExact(
            name.AsSpan(0, TimeLength), TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
        && name.AsSpan(TimeLength + 1).IndexOfAnyExcept(HexDigits) < 0;

    /// <summary>Gives up the directory and deletes it if nothing else is left in it.</summary>
    public void DeleteDirectory()
    {
        // Windows does not delete an open file. There, another process may take the lock in between: it finds an empty directory.
        if (!OperatingSystem.IsWindows())
            RecorderFiles.TryDelete(_lockPath);
        _lock.Dispose();
        if (OperatingSystem.IsWindows())
            RecorderFiles.TryDelete(_lockPath);
        RecorderFiles.TryDeleteDirectory(DirectoryPath);
    }

    /// <summary>Gives up the directory and leaves it to another process.</summary>
    public void Dispose() => _lock.Dispose();

    private static DirectoryLease? Take(string path)
    {
        string lockPath = Path.Combine(path, RecorderFiles.LockName);
        FileStream file = RecorderFiles.OpenExclusively(lockPath);
        // The lock file is deleted before its directory, by the process that holds it: the lock of a deleted file is void.
        if (File.Exists(lockPath))
            return new DirectoryLease(path, lockPath, file);
        file.Dispose();
        return null;
    }

    private static bool IsLocked(string path)
    {
        using DirectoryLease? second = TryTake(path);
        return second is null;
    }
}
