using System.Buffers.Binary;

namespace WorkerTracing;

/// <summary>Reads the fields of a message in the protobuf wire format. Malformed input ends the reading; it never throws.</summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message)
{
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int LengthDelimited = 2;
    private const int Fixed32 = 5;
    private const int MaxVarintBits = 64;

    private ReadOnlySpan<byte> _rest = message;

    /// <summary>The number of the current field.</summary>
    public int Field { get; private set; }

    /// <summary>The value of the current field, where it is a number.</summary>
    public ulong Number { get; private set; }

    /// <summary>The content of the current field, where it is a text, bytes or a message.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>Whether the message is malformed. Known once <see cref="Read"/> has returned false.</summary>
    public bool IsMalformed { get; private set; }

    /// <summary>Reads the next field.</summary>
    /// <returns>False at the end of the message, or where it is malformed.</returns>
    public bool Read()
    {
        Number = 0;
        Bytes = default;
        if (_rest.IsEmpty)
            return false;
        if (TryReadVarint(out ulong tag) && TryReadValue((int)(tag & 7)))
        {
            Field = (int)(tag >> 3);
            return true;
        }

        IsMalformed = true;
        _rest = default;
        return false;
    }

    private bool TryReadValue(int wireType)
    {
        switch (wireType)
        {
            case Varint:
                bool read = TryReadVarint(out ulong number);
                Number = number;
                return read;
            case LengthDelimited:
                if (!TryReadVarint(out ulong length) || length > (ulong)_rest.Length)
                    return false;
                Bytes = Take((int)length);
                return true;
            case Fixed64 when _rest.Length >= sizeof(ulong):
                Number = BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));
                return true;
            case Fixed32 when _rest.Length >= sizeof(uint):
                Number = BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)));
                return true;
            default:
                return false;
        }
    }

    private bool TryReadVarint(out ulong value)
    {
        value = 0;
        for (int i = 0; i < _rest.Length && i * 7 < MaxVarintBits; i++)
        {
            value |= (ulong)(_rest[i] & 0x7F) << (i * 7);
            if (_rest[i] < 0x80)
            {
                _rest = _rest[(i + 1)..];
                return true;
            }
        }

        return false;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        ReadOnlySpan<byte> taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
