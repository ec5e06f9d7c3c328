namespace WorkerTracing;

/// <summary>Reads the files that a process has left.</summary>
internal static class RecoveredFile
{
    /// <summary>Larger files are none of the recorder's.</summary>
    public const int MaxLength = 64 * 1024 * 1024;

    /// <summary>Reads a file into a buffer, from its beginning.</summary>
    /// <returns>How much was read: less than the buffer holds where the file is shorter.</returns>
    public static int Read(FileStream file, Span<byte> buffer)
    {
        int length = 0;
        while (length < buffer.Length && RandomAccess.Read(file.SafeFileHandle, buffer[length..], length) is > 0 and int read)
            length += read;
        return length;
    }

    /// <exception cref="UnknownVersionException">The file is of another version of the format.</exception>
    public static void EnsureKnownVersion(string path)
    {
        using FileStream file = RecorderFiles.OpenFile(path);
        Span<byte> headers = stackalloc byte[2 * SegmentHeader.Size];
        int length = RandomAccess.Read(file.SafeFileHandle, headers[..SegmentHeader.Size], 0);
        length += RandomAccess.Read(
            file.SafeFileHandle, headers[SegmentHeader.Size..], Math.Max(0, file.Length - SegmentHeader.Size));
        if (length == headers.Length && SegmentHeader.TryRead(headers, out _, out ushort version) && version != SegmentHeader.Version)
            throw new UnknownVersionException(version);
    }

    /// <summary>Gets the files of a directory with an extension, in the order in which they were made. Links are none of the recorder's.</summary>
    public static IEnumerable<string> Find(string directory, string extension) => new DirectoryInfo(directory)
        .EnumerateFiles($"*{extension}")
        .Where(static file => (file.Attributes & FileAttributes.ReparsePoint) == 0 && file.Length <= MaxLength)
        .Select(static file => file.FullName)
        .Order(StringComparer.Ordinal);
}
