using System.Buffers;
using System.Text.Unicode;

namespace WorkerTracing;

/// <summary>A text buffer in an array of the shared pool.</summary>
internal sealed class Utf8Buffer : IDisposable
{
    /// <summary>A larger array is returned to the pool after use, so that one huge text does not hold memory for ever.</summary>
    private const int MaxKeptBytes = 16 * 1024 * 1024;

    /// <summary>Text is converted in chunks of this size; space for the worst case is reserved first.</summary>
    private const int ChunkChars = 16 * 1024;

    private byte[] _bytes = [];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>Gets the text after <paramref name="start"/>, to be changed in place.</summary>
    public Span<byte> From(int start) => _bytes.AsSpan(start, Length - start);

    public ReadOnlyMemory<byte> Slice(int start, int end) => _bytes.AsMemory(start, end - start);

    /// <summary>Gets free space of at least <paramref name="size"/> bytes, which <see cref="Advance"/> adds to the text.</summary>
    public Span<byte> GetSpan(int size)
    {
        if (_bytes.Length - Length < size)
            Grow(size);
        return _bytes.AsSpan(Length);
    }

    public void Advance(int count) => Length += count;

    public void Write(byte value)
    {
        GetSpan(1)[0] = value;
        Length++;
    }

    public void Write(ReadOnlySpan<byte> text)
    {
        text.CopyTo(GetSpan(text.Length));
        Length += text.Length;
    }

    /// <summary>Writes text as UTF-8; a lone surrogate becomes U+FFFD.</summary>
    public void Write(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            Span<byte> space = GetSpan(Math.Min(text.Length, ChunkChars) * 3);
            Utf8.FromUtf16(text, space, out int read, out int written);
            Length += written;
            text = text[read..];
        }
    }

    /// <summary>Removes everything after <paramref name="length"/>.</summary>
    public void Truncate(int length) => Length = length;

    public void Clear()
    {
        if (_bytes.Length > MaxKeptBytes)
            Dispose();
        Length = 0;
    }

    public void Dispose()
    {
        if (_bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        Length = 0;
    }

    private void Grow(int size)
    {
        int wanted = checked(Length + size);
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(wanted, (int)Math.Min(2L * _bytes.Length, Array.MaxLength)));
        Written.CopyTo(larger);
        if (_bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
