using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace WorkerTracing;

/// <summary>
/// Encodes attributes as <c>KeyValue</c> messages. Numbers that fit a long or a double, texts, truth values, bytes, arrays of those and
/// nested lists of attributes keep their kind; everything else is sent as its text in the invariant culture. Holds no state.
/// </summary>
/// <param name="maxLength">The longest value, in characters of a text or in bytes; longer ones are cut.</param>
internal sealed class OtlpAttributes(int maxLength)
{
    /// <summary>Lists of attributes within lists of attributes; a deeper one is sent as its text.</summary>
    private const int MaxDepth = 3;

    /// <summary>
    /// A list of attributes ends here, at the size that a whole request may have: it may come from an enumerator without an end.
    /// </summary>
    private const int MaxListBytes = 4 * 1024 * 1024;

    /// <summary>Appends an attribute. One whose value cannot be read keeps its key, with an empty value.</summary>
    public void Write(byte tag, string key, object? value, ProtobufWriter writer)
    {
        bool isWritten = value switch
        {
            string text => OtlpKeyValue.TryWrite(tag, key, text.Length > maxLength ? text.AsSpan(0, maxLength) : text, writer),
            int number => OtlpKeyValue.TryWrite(tag, key, number, writer),
            long number => OtlpKeyValue.TryWrite(tag, key, number, writer),
            bool truth => OtlpKeyValue.TryWrite(tag, key, truth, writer),
            double number => OtlpKeyValue.TryWrite(tag, key, number, writer),
            _ => false,
        };
        if (!isWritten)
            Write(tag, key, value, writer, depth: 0);
    }

    [SuppressMessage(
        "Design",
        "CA1031",
        Justification = "The boundary to the application's values: one that cannot be read is sent empty.")]
    private void Write(byte tag, string key, object? value, ProtobufWriter writer, int depth)
    {
        const int Heads = 12; // of the key, of the value and of what is in it
        ProtobufWriter.Field attribute = writer.Begin(tag, value is string text ? Heads + text.Length : 0);
        writer.WriteString(OtlpTag.KeyValueKey, key);
        int start = writer.Length;
        try
        {
            WriteValue(OtlpTag.KeyValueValue, value, writer, depth);
        }
        catch (Exception)
        {
            writer.Truncate(start);
            WriteNull(OtlpTag.KeyValueValue, writer);
        }

        writer.End(attribute);
    }

    private void WriteValue(byte tag, object? value, ProtobufWriter writer, int depth)
    {
        switch (value)
        {
            case IEnumerable<KeyValuePair<string, object?>> list when depth < MaxDepth:
                WriteList(tag, list, writer, depth);
                break;
            case byte[] bytes when bytes.GetType() == typeof(byte[]):
                ProtobufWriter.Field any = writer.Begin(tag, bytes.Length);
                writer.WriteBytes(OtlpTag.AnyBytes, bytes.AsSpan(0, Math.Min(bytes.Length, maxLength)));
                writer.End(any);
                break;
            case Array array:
                WriteArray(tag, array, writer);
                break;
            default:
                WriteScalar(tag, value, writer);
                break;
        }
    }

    private void WriteScalar(byte tag, object? value, ProtobufWriter writer)
    {
        switch (value)
        {
            case null:
                WriteNull(tag, writer);
                break;
            case string text:
                WriteText(tag, text, writer);
                break;
            case int number:
                WriteInteger(tag, number, writer);
                break;
            case long number:
                WriteInteger(tag, number, writer);
                break;
            case bool truth:
                WriteBoolean(tag, truth, writer);
                break;
            case double number:
                WriteDouble(tag, number, writer);
                break;
            case float number:
                WriteDouble(tag, number, writer);
                break;
            case char character:
                WriteText(tag, new ReadOnlySpan<char>(in character), writer);
                break;
            case byte number:
                WriteInteger(tag, number, writer);
                break;
            case sbyte number:
                WriteInteger(tag, number, writer);
                break;
            case short number:
                WriteInteger(tag, number, writer);
                break;
            case ushort number:
                WriteInteger(tag, number, writer);
                break;
            case uint number:
                WriteInteger(tag, number, writer);
                break;
            default: // ulong, decimal and native integers have no place in a long or a double
                if (Convert.ToString(value, CultureInfo.InvariantCulture) is { } shown)
                    WriteText(tag, shown, writer);
                else
                    WriteNull(tag, writer);
                break;
        }
    }

    private void WriteArray(byte tag, Array array, ProtobufWriter writer)
    {
        ProtobufWriter.Field any = writer.Begin(tag, 16 * array.Length);
        ProtobufWriter.Field list = writer.Begin(OtlpTag.AnyArray, 16 * array.Length);
        switch (array)
        {
            // The runtime takes an array of unsigned numbers for one of signed ones, and the reverse.
            case string?[] texts:
                foreach (string? text in texts)
                    WriteScalar(OtlpTag.ListValues, text, writer);
                break;
            case long[] numbers when array.GetType() == typeof(long[]):
                foreach (long number in numbers)
                    WriteInteger(OtlpTag.ListValues, number, writer);
                break;
            case int[] numbers when array.GetType() == typeof(int[]):
                foreach (int number in numbers)
                    WriteInteger(OtlpTag.ListValues, number, writer);
                break;
            case ulong[] numbers when array.GetType() == typeof(ulong[]):
                foreach (ulong number in numbers)
                    Write(OtlpTag.ListValues, number.ToString(CultureInfo.InvariantCulture), writer);
                break;
            case double[] numbers:
                foreach (double number in numbers)
                    WriteDouble(OtlpTag.ListValues, number, writer);
                break;
            case bool[] truths:
                foreach (bool truth in truths)
                    WriteBoolean(OtlpTag.ListValues, truth, writer);
                break;
            case { Rank: 1 }:
                for (int i = 0; i < array.Length; i++)
                    WriteScalar(OtlpTag.ListValues, array.GetValue(i + array.GetLowerBound(0)), writer);
                break;
            default:
                foreach (object? item in array)
                    WriteScalar(OtlpTag.ListValues, item, writer);
                break;
        }

        writer.End(list);
        writer.End(any);
    }

    private void WriteList(byte tag, IEnumerable<KeyValuePair<string, object?>> attributes, ProtobufWriter writer, int depth)
    {
        ProtobufWriter.Field any = writer.Begin(tag, 128);
        ProtobufWriter.Field list = writer.Begin(OtlpTag.AnyKeyValueList, 128);
        foreach (KeyValuePair<string, object?> attribute in attributes)
        {
            if (writer.Length - list.Start > MaxListBytes)
                break;
            Write(OtlpTag.ListValues, attribute.Key, attribute.Value, writer, depth + 1);
        }

        writer.End(list);
        writer.End(any);
    }

    private void WriteText(byte tag, ReadOnlySpan<char> text, ProtobufWriter writer) =>
        Write(tag, text.Length > maxLength ? text[..maxLength] : text, writer);

    private static void Write(byte tag, ReadOnlySpan<char> text, ProtobufWriter writer)
    {
        ProtobufWriter.Field any = writer.Begin(tag, text.Length + 1 + ProtobufWriter.VarintSize((uint)text.Length));
        writer.WriteString(OtlpTag.AnyString, text);
        writer.End(any);
    }

    private static void WriteNull(byte tag, ProtobufWriter writer) => writer.AddBytes(tag, 0);

    private static void WriteInteger(byte tag, long value, ProtobufWriter writer)
    {
        ProtobufWriter.Field any = writer.Begin(tag);
        writer.WriteVarint(OtlpTag.AnyInt, (ulong)value);
        writer.End(any);
    }

    private static void WriteBoolean(byte tag, bool value, ProtobufWriter writer) =>
        writer.WriteBytes(tag, [OtlpTag.AnyBool, value ? (byte)1 : (byte)0]);

    private static void WriteDouble(byte tag, double value, ProtobufWriter writer)
    {
        ProtobufWriter.Field any = writer.Begin(tag);
        writer.WriteFixed64(OtlpTag.AnyDouble, (ulong)BitConverter.DoubleToInt64Bits(value));
        writer.End(any);
    }
}
