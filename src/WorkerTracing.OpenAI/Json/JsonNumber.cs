using System.Globalization;

namespace WorkerTracing;

/// <summary>
/// Writes numbers as Python's <c>json</c> writes them: the shortest digits that give the same number back, <c>1.0</c> for a whole
/// floating-point number, an exponent below 1e-4 and from 1e16 on (<c>1e-07</c>, <c>1e+21</c>).
/// </summary>
internal static class JsonNumber
{
    public static void Write(Utf8Buffer output, long value)
    {
        value.TryFormat(output.GetSpan(20), out int written, default, CultureInfo.InvariantCulture);
        output.Advance(written);
    }

    /// <returns>False for NaN and the infinities, which JSON cannot represent.</returns>
    public static bool TryWrite(Utf8Buffer output, double value)
    {
        Span<byte> shortest = stackalloc byte[32];
        if (!double.IsFinite(value) || !value.TryFormat(shortest, out int length, default, CultureInfo.InvariantCulture))
            return false;
        Rewrite(output, shortest[..length]);
        return true;
    }

    /// <returns>False for NaN and the infinities, which JSON cannot represent.</returns>
    public static bool TryWrite(Utf8Buffer output, float value)
    {
        Span<byte> shortest = stackalloc byte[32];
        if (!float.IsFinite(value) || !value.TryFormat(shortest, out int length, default, CultureInfo.InvariantCulture))
            return false;
        Rewrite(output, shortest[..length]);
        return true;
    }

    /// <summary>
    /// Takes .NET's form (<c>-1.5E-07</c>, <c>12.5</c>) apart into digits and exponent, and lays them out as Python does.
    /// </summary>
    private static void Rewrite(Utf8Buffer output, ReadOnlySpan<byte> number)
    {
        if (number[0] == '-')
        {
            output.Write((byte)'-');
            number = number[1..];
        }

        Span<byte> digits = stackalloc byte[32];
        int count = 0;
        int point = -1;
        int exponent = 0;
        for (int i = 0; i < number.Length; i++)
        {
            if (number[i] == '.')
            {
                point = count;
            }
            else if (number[i] == 'E')
            {
                exponent = int.Parse(number[(i + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
                break;
            }
            else
            {
                digits[count++] = number[i];
            }
        }
        if (point < 0)
            point = count;

        Span<byte> significant = digits[..count].TrimStart((byte)'0');
        point += exponent - (count - significant.Length);
        significant = significant.TrimEnd((byte)'0');
        if (significant.IsEmpty)
            output.Write("0.0"u8);
        else if (point is > -4 and <= 16)
            WritePlain(output, significant, point);
        else
            WriteScientific(output, significant, point - 1);
    }

    /// <summary><paramref name="point"/> counts the digits ahead of the decimal point; it may lie outside of the digits.</summary>
    private static void WritePlain(Utf8Buffer output, ReadOnlySpan<byte> digits, int point)
    {
        ReadOnlySpan<byte> zeros = "0000000000000000"u8;
        if (point <= 0)
        {
            output.Write("0."u8);
            output.Write(zeros[..-point]);
            output.Write(digits);
            return;
        }
        output.Write(digits[..Math.Min(point, digits.Length)]);
        output.Write(zeros[..Math.Max(0, point - digits.Length)]);
        output.Write((byte)'.');
        output.Write(point < digits.Length ? digits[point..] : "0"u8);
    }

    private static void WriteScientific(Utf8Buffer output, ReadOnlySpan<byte> digits, int exponent)
    {
        output.Write(digits[0]);
        if (digits.Length > 1)
        {
            output.Write((byte)'.');
            output.Write(digits[1..]);
        }
        output.Write((byte)'e');
        output.Write((byte)(exponent < 0 ? '-' : '+'));
        if (Math.Abs(exponent) < 10)
            output.Write((byte)'0');
        Write(output, Math.Abs(exponent));
    }
}
