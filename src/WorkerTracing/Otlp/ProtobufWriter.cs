using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace WorkerTracing;

/// <summary>
/// Writes the protobuf wire format into an array of the shared pool, which grows as needed. Tags are written as the bytes that they are on
/// the wire. Not safe for concurrent use.
/// </summary>
internal sealed class ProtobufWriter : IDisposable
{
    /// <summary>A larger array is returned to the pool after use, so that one huge span does not occupy its memory for good.</summary>
    private const int MaxKeptBytes = 16 * 1024 * 1024;

    /// <summary>Up to this length the space for the worst case is reserved; longer texts are counted first.</summary>
    private const int MaxUncountedChars = 4 * 1024;

    private const int MaxBytesOfChar = 3;
    private const int MaxVarintBytes = 10;

    private byte[] _bytes = [];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public ReadOnlyMemory<byte> WrittenMemory => _bytes.AsMemory(0, Length);

    /// <summary>Gets bytes that are written, to be changed.</summary>
    public Span<byte> Overwrite(int start, int length) => _bytes.AsSpan(start, length);

    public ReadOnlySpan<byte> Slice(int start, int end) => _bytes.AsSpan(start, end - start);

    /// <summary>Begins a nested message or another length-delimited field.</summary>
    /// <param name="tag">The tag of the field.</param>
    /// <param name="expectedLength">A guess at its length: a right one saves moving the content when the field ends.</param>
    public Field Begin(byte tag, int expectedLength = 0)
    {
        int reserved = VarintSize((uint)expectedLength);
        GetSpan(1 + reserved)[0] = tag;
        Length += 1 + reserved;
        return new Field(Length, reserved);
    }

    /// <summary>Ends a field: writes its length in front of its content.</summary>
    public void End(in Field field)
    {
        int length = Length - field.Start;
        int size = VarintSize((uint)length);
        if (size != field.Reserved)
        {
            GetSpan(size);
            _bytes.AsSpan(field.Start, length).CopyTo(_bytes.AsSpan(field.Start - field.Reserved + size));
            Length += size - field.Reserved;
        }

        WriteVarint(_bytes.AsSpan(field.Start - field.Reserved), (uint)length);
    }

    /// <summary>Writes the tag and the length of a field of which the content follows.</summary>
    public void WriteHead(byte tag, int length) => WriteVarint(tag, (uint)length);

    public void WriteVarint(byte tag, ulong value)
    {
        Span<byte> space = GetSpan(1 + MaxVarintBytes);
        space[0] = tag;
        Length += 1 + WriteVarint(space[1..], value);
    }

    public void WriteFixed64(byte tag, ulong value)
    {
        Span<byte> space = GetSpan(1 + sizeof(ulong));
        space[0] = tag;
        BinaryPrimitives.WriteUInt64LittleEndian(space[1..], value);
        Length += 1 + sizeof(ulong);
    }

    /// <summary>Writes a field with a number above 15, whose tag takes two bytes.</summary>
    public void WriteFixed32(ushort tag, uint value)
    {
        Span<byte> space = GetSpan(sizeof(ushort) + sizeof(uint));
        BinaryPrimitives.WriteUInt16LittleEndian(space, tag);
        BinaryPrimitives.WriteUInt32LittleEndian(space[sizeof(ushort)..], value);
        Length += sizeof(ushort) + sizeof(uint);
    }

    public void WriteFixed32(byte tag, uint value)
    {
        Span<byte> space = GetSpan(1 + sizeof(uint));
        space[0] = tag;
        BinaryPrimitives.WriteUInt32LittleEndian(space[1..], value);
        Length += 1 + sizeof(uint);
    }

    public void WriteBytes(byte tag, ReadOnlySpan<byte> value)
    {
        value.CopyTo(AddBytes(tag, value.Length));
    }

    /// <summary>Writes the head of a length-delimited field and makes room for its content.</summary>
    /// <returns>Where the content belongs.</returns>
    public Span<byte> AddBytes(byte tag, int length)
    {
        Span<byte> space = GetSpan(1 + MaxVarintBytes + length);
        space[0] = tag;
        int head = 1 + WriteVarint(space[1..], (uint)length);
        Length += head + length;
        return space.Slice(head, length);
    }

    /// <summary>Writes the bytes of an id.</summary>
    /// <param name="tag">The tag of the field.</param>
    /// <param name="digits">The id in hexadecimal digits, sixteen of them or a multiple.</param>
    public void WriteId(byte tag, string digits) => HexId.Write(digits, AddBytes(tag, digits.Length / 2));

    /// <summary>Writes a text as UTF-8. A lone surrogate becomes U+FFFD.</summary>
    public void WriteString(byte tag, ReadOnlySpan<char> value)
    {
        int start = Length;
        if (AsciiText.TryWrite(value, AddBytes(tag, value.Length)))
            return;
        Length = start;
        if (value.Length > MaxUncountedChars)
        {
            Encoding.UTF8.GetBytes(value, AddBytes(tag, Encoding.UTF8.GetByteCount(value)));
            return;
        }

        GetSpan(1 + MaxVarintBytes + (value.Length * MaxBytesOfChar));
        Field field = Begin(tag, value.Length);
        Length += Encoding.UTF8.GetBytes(value, _bytes.AsSpan(Length));
        End(field);
    }

    /// <summary>Appends bytes as they are.</summary>
    public void WriteRaw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetSpan(bytes.Length));
        Length += bytes.Length;
    }

    /// <summary>Gets the place behind what is written, with room for at least <paramref name="size"/> bytes.</summary>
    public Span<byte> GetSpan(int size)
    {
        if (_bytes.Length - Length < size)
            Grow(size);
        return _bytes.AsSpan(Length);
    }

    /// <summary>Adds bytes that were written into the place that <see cref="GetSpan"/> gave.</summary>
    public void Advance(int size) => Length += size;

    /// <summary>Takes back everything that was written after <paramref name="length"/>.</summary>
    public void Truncate(int length) => Length = length;

    /// <summary>Keeps only what was written after <paramref name="start"/>, and moves it to the front.</summary>
    public void RemoveBefore(int start)
    {
        _bytes.AsSpan(start, Length - start).CopyTo(_bytes);
        Length -= start;
    }

    public void Clear()
    {
        if (_bytes.Length > MaxKeptBytes)
            Dispose();
        Length = 0;
    }

    /// <summary>Forgets the array without returning it to the pool: something may still read it.</summary>
    public void Abandon()
    {
        _bytes = [];
        Length = 0;
    }

    /// <summary>Goes on in a copy: something may still read the array.</summary>
    public void MoveToNewArray()
    {
        byte[] copy = ArrayPool<byte>.Shared.Rent(_bytes.Length);
        Written.CopyTo(copy);
        _bytes = copy;
    }

    public void Dispose()
    {
        if (_bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(_bytes);
        Abandon();
    }

    public static int VarintSize(ulong value) =>
        value < 0x80 ? 1 : ((63 - BitOperations.LeadingZeroCount(value)) / 7) + 1;

    public static int VarintSize(uint value) => value < 0x80 ? 1 : ((31 - BitOperations.LeadingZeroCount(value)) / 7) + 1;

    public static int WriteVarint(Span<byte> target, ulong value)
    {
        if (value < 0x80)
        {
            target[0] = (byte)value;
            return 1;
        }

        int count = 0;
        for (; value >= 0x80; value >>= 7)
            target[count++] = (byte)(value | 0x80);
        target[count++] = (byte)value;
        return count;
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

    /// <summary>A length-delimited field that has begun.</summary>
    /// <param name="Start">Where its content begins.</param>
    /// <param name="Reserved">How many bytes were reserved for its length.</param>
    public readonly record struct Field(int Start, int Reserved);
}
