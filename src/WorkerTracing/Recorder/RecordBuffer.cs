using System.Buffers;

namespace WorkerTracing;

/// <summary>
/// The buffer of a thread in which a record is encoded before its place in a file is known. Leaves room for the header in front of the
/// content, so that the record is copied as a whole.
/// </summary>
internal sealed class RecordBuffer : IBufferWriter<byte>
{
    private const int InitialSize = 4096;

    /// <summary>A buffer that one large span has made larger than this is not kept.</summary>
    private const int MaxKeptSize = 256 * 1024;

    [ThreadStatic]
    private static RecordBuffer? OfThread;

    private byte[] _bytes = new byte[InitialSize];
    private int _length = RecordFormat.HeaderSize;

    /// <summary>Gets the header and the content.</summary>
    public Span<byte> Record => _bytes.AsSpan(0, _length);

    public int ContentLength => _length - RecordFormat.HeaderSize;

    /// <summary>Takes the buffer of the thread. An exporter that ends a span while it writes another gets a buffer of its own.</summary>
    public static RecordBuffer Rent()
    {
        RecordBuffer buffer = OfThread ?? new RecordBuffer();
        OfThread = null;
        buffer.Clear();
        return buffer;
    }

    public void Return()
    {
        if (_bytes.Length <= MaxKeptSize)
            OfThread = this;
    }

    public void Clear() => _length = RecordFormat.HeaderSize;

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _bytes.Length - _length);
        _length += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsSpan(_length);
    }

    private void Reserve(int sizeHint)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        int needed = checked(_length + Math.Max(sizeHint, 1));
        if (needed > _bytes.Length)
            Array.Resize(ref _bytes, (int)Math.Min(Math.Max(needed, 2L * _bytes.Length), Array.MaxLength));
    }
}
