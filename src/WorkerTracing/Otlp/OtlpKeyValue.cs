using System.Buffers.Binary;

namespace WorkerTracing;

/// <summary>
/// Writes short attributes, as spans nearly always have them, as <c>KeyValue</c> messages: an ASCII key with an ASCII text, a number or a
/// truth value. Each length is known beforehand and takes one byte. Other attributes are left to <see cref="OtlpAttributes"/>.
/// </summary>
internal static class OtlpKeyValue
{
    /// <summary>Tag and length of the message, and of the key.</summary>
    private const int KeyHead = 4;

    /// <summary>Tag and length of the value, and the tag within it.</summary>
    private const int ValueHead = 3;

    /// <summary>The longest message: its length takes one byte.</summary>
    private const int MaxLength = 127;

    /// <returns>False if the attribute is not written: it is not short, or not ASCII.</returns>
    public static bool TryWrite(byte tag, string key, ReadOnlySpan<char> text, ProtobufWriter writer)
    {
        int valueLength = ValueHead + 1 + text.Length;
        if (!TryBegin(tag, key, valueLength, writer, out Span<byte> value))
            return false;
        BinaryPrimitives.WriteUInt32LittleEndian(
            value, OtlpTag.KeyValueValue | (uint)(2 + text.Length) << 8 | OtlpTag.AnyString << 16 | (uint)text.Length << 24);
        if (!AsciiText.TryWrite(text, value[(ValueHead + 1)..]))
            return false;
        writer.Advance(KeyHead + key.Length + valueLength);
        return true;
    }

    /// <inheritdoc cref="TryWrite(byte, string, ReadOnlySpan{char}, ProtobufWriter)"/>
    public static bool TryWrite(byte tag, string key, long number, ProtobufWriter writer)
    {
        int size = ProtobufWriter.VarintSize((ulong)number);
        if (!TryBegin(tag, key, ValueHead + size, writer, out Span<byte> value))
            return false;
        ProtobufWriter.WriteVarint(value[ValueHead..], (ulong)number);
        End(key, OtlpTag.AnyInt, size, value, writer);
        return true;
    }

    /// <inheritdoc cref="TryWrite(byte, string, ReadOnlySpan{char}, ProtobufWriter)"/>
    public static bool TryWrite(byte tag, string key, bool truth, ProtobufWriter writer)
    {
        if (!TryBegin(tag, key, ValueHead + 1, writer, out Span<byte> value))
            return false;
        value[ValueHead] = truth ? (byte)1 : (byte)0;
        End(key, OtlpTag.AnyBool, 1, value, writer);
        return true;
    }

    /// <inheritdoc cref="TryWrite(byte, string, ReadOnlySpan{char}, ProtobufWriter)"/>
    public static bool TryWrite(byte tag, string key, double number, ProtobufWriter writer)
    {
        if (!TryBegin(tag, key, ValueHead + sizeof(double), writer, out Span<byte> value))
            return false;
        BinaryPrimitives.WriteDoubleLittleEndian(value[ValueHead..], number);
        End(key, OtlpTag.AnyDouble, sizeof(double), value, writer);
        return true;
    }

    /// <summary>Writes the key, and gets the place of the value. The writer does not advance.</summary>
    private static bool TryBegin(byte tag, string? key, int valueLength, ProtobufWriter writer, out Span<byte> value)
    {
        value = default;
        if (key is null || key.Length + valueLength > MaxLength - (KeyHead / 2))
            return false;
        Span<byte> message = writer.GetSpan(KeyHead + key.Length + valueLength);
        BinaryPrimitives.WriteUInt32LittleEndian(
            message, tag | (uint)((KeyHead / 2) + key.Length + valueLength) << 8 | OtlpTag.KeyValueKey << 16 | (uint)key.Length << 24);
        value = message[(KeyHead + key.Length)..];
        return AsciiText.TryWrite(key, message[KeyHead..]);
    }

    private static void End(string key, byte kind, int size, Span<byte> value, ProtobufWriter writer)
    {
        value[2] = kind;
        value[1] = (byte)(1 + size);
        value[0] = OtlpTag.KeyValueValue;
        writer.Advance(KeyHead + key.Length + ValueHead + size);
    }
}
