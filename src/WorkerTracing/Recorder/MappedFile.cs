using System.IO.MemoryMappedFiles;

namespace WorkerTracing;

/// <summary>
/// A file of fixed size in memory. What is written to it survives the end of the process, without a system call. The memory stays valid
/// while the object is reachable: users of <see cref="Pointer"/> keep it alive.
/// </summary>
internal sealed unsafe class MappedFile : IDisposable
{
    private const int PageSize = 4096;
    private const int BlockSize = 128 * 1024;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    private MappedFile(string path, int size, FileStream stream)
    {
        Path = path;
        Size = size;
        _file = MemoryMappedFile.CreateFromFile(
            stream, null, size, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
        _view = _file.CreateViewAccessor(0, size, MemoryMappedFileAccess.ReadWrite);
        Pointer = (byte*)_view.SafeMemoryMappedViewHandle.DangerousGetHandle() + _view.PointerOffset;
    }

    public string Path { get; }

    public int Size { get; }

    public byte* Pointer { get; }

    public Span<byte> Bytes => new(Pointer, Size);

    /// <summary>
    /// Makes a file of zeros. Each byte is written before the file is mapped: in a file with holes, a write on a full disk would end the
    /// process.
    /// </summary>
    /// <exception cref="IOException">The disk is full, or cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory may not be written.</exception>
    public static MappedFile Create(string path, int size)
    {
        FileStream? stream = null;
        try
        {
            stream = RecorderFiles.CreateFile(path);
            byte[] zeros = new byte[Math.Min(BlockSize, size)];
            for (long offset = 0; offset < size; offset += zeros.Length)
                RandomAccess.Write(stream.SafeFileHandle, zeros.AsSpan(0, (int)Math.Min(zeros.Length, size - offset)), offset);
            var file = new MappedFile(path, size, stream);
            file.Touch(0, size);
            return file;
        }
        catch when (stream is not null)
        {
            stream.Dispose();
            RecorderFiles.TryDelete(path);
            throw;
        }
    }

    /// <summary>
    /// Makes pages writable without changing them, on the thread of the caller rather than on that of a job. Safe while others write.
    /// </summary>
    public void Touch(int offset, int length)
    {
        int end = Math.Min(offset + length, Size - sizeof(int));
        for (int page = offset & -PageSize; page < end; page += PageSize)
            Interlocked.Add(ref *(int*)(Pointer + page), 0);
        GC.KeepAlive(this);
    }

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}
