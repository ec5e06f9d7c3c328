using System.Buffers;
using System.Security.Cryptography;

namespace WorkerTracing;

/// <summary>
/// Builds a file of records in memory and writes it as a whole: it is there or it is not, whenever the process ends. Used for spans that
/// are closed after their process has ended.
/// </summary>
internal sealed class ClosedSpansFile
{
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly ulong _salt = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));

    public ClosedSpansFile() => _bytes.Advance(_bytes.GetSpan(SegmentHeader.Size)[..SegmentHeader.Size].Length);

    /// <summary>Adds a record.</summary>
    public void Add(RecordBuffer buffer, in RecordHeader header, RecordState state)
    {
        Span<byte> record = buffer.Record;
        RecordFormat.WriteHeader(record, header, state);
        RecordFormat.Place(record, _salt, _bytes.WrittenCount);
        int size = RecordFormat.Align(record.Length);
        Span<byte> target = _bytes.GetSpan(size)[..size];
        target.Clear();
        record.CopyTo(target);
        _bytes.Advance(size);
    }

    /// <summary>Writes the file under a name that no other file of the directory has.</summary>
    /// <returns>The path.</returns>
    /// <exception cref="IOException">The disk is full, or cannot be written.</exception>
    public string Write(string directory)
    {
        byte[] file = [.. _bytes.WrittenSpan, .. new byte[SegmentHeader.Size]];
        new SegmentHeader(_salt, 0).Write(file);
        // Behind the names of the process's own files, which begin with a number.
        string path = Path.Combine(directory, $"closed-{_salt:x16}{RecorderFiles.SegmentExtension}");
        string unfinished = path + RecorderFiles.UnfinishedExtension;
        try
        {
            using (FileStream stream = RecorderFiles.CreateFile(unfinished))
                RandomAccess.Write(stream.SafeFileHandle, file, 0);
            File.Move(unfinished, path);
            return path;
        }
        catch
        {
            RecorderFiles.TryDelete(unfinished);
            throw;
        }
    }
}
