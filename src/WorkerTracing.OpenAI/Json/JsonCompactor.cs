using System.Text;

namespace WorkerTracing;

/// <summary>
/// Validates JSON text, compacts it in place, and indexes its values, all in one pass. Compact text is never longer than other forms.
/// Strictly RFC 8259: no comments, no trailing commas, one value.
/// </summary>
internal ref struct JsonCompactor(Span<byte> text, JsonIndex index, int maxDepth)
{
    private const int Nowhere = -1;

    private readonly Span<byte> _text = text;
    private int _read;
    private int _written;
    private int _container = Nowhere;
    private int _depth;

    private readonly byte Next => _read < _text.Length ? _text[_read] : (byte)0;

    /// <param name="length">The length of the compact text.</param>
    /// <returns>False if the text is not JSON.</returns>
    public bool TryRun(out int length)
    {
        do
        {
            if (!TryReadValue())
            {
                length = 0;
                return false;
            }
        }
        while (GoesOn());
        length = _written;
        return _container == Nowhere && _read == _text.Length;
    }

    /// <summary>Reads a scalar, or the opening of a container.</summary>
    private bool TryReadValue()
    {
        SkipSpace();
        int memberStart = _written;
        if (_container != Nowhere && IsObject(_container) && !TryReadName())
            return false;

        int value = index.Open(memberStart, _written, _container);
        if (Next is (byte)'{' or (byte)'[')
            return TryOpen(value);
        bool isRead = Next switch
        {
            (byte)'"' => TryReadString(),
            (byte)'t' => TryReadWord("true"u8),
            (byte)'f' => TryReadWord("false"u8),
            (byte)'n' => TryReadWord("null"u8),
            _ => TryReadNumber(),
        };
        if (!isRead)
            return false;
        index.Close(value, _written);
        return true;
    }

    private bool TryReadName()
    {
        if (Next != '"' || !TryReadString())
            return false;
        SkipSpace();
        if (Next != ':')
            return false;
        Copy(1);
        SkipSpace();
        return true;
    }

    private bool TryOpen(int value)
    {
        if (++_depth > maxDepth)
            return false;
        Copy(1);
        _container = value;
        return true;
    }

    /// <summary>Closes the containers that end here.</summary>
    /// <returns>True if another value follows: the first in a container, or one after a comma.</returns>
    private bool GoesOn()
    {
        SkipSpace();
        if (_container != Nowhere && _written == index[_container].Start + 1 && Next != Closing(_container))
            return true;
        while (_container != Nowhere && Next == Closing(_container))
        {
            Copy(1);
            _container = index.Close(_container, _written);
            _depth--;
            SkipSpace();
        }
        if (_container == Nowhere || Next != ',')
            return false;
        Copy(1);
        return true;
    }

    private bool TryReadString()
    {
        int start = _read++;
        while (true)
        {
            int length = _text[_read..].IndexOfAny(JsonString.EscapedBytes);
            if (length < 0)
                return false;
            _read += length;
            if (_text[_read] == '"')
                break;
            if (_text[_read] != '\\' || _read + 1 == _text.Length)
                return false;
            switch (_text[_read + 1])
            {
                case (byte)'"' or (byte)'\\' or (byte)'b' or (byte)'f' or (byte)'n' or (byte)'r' or (byte)'t':
                    _read += 2;
                    continue;
                case (byte)'/':
                    CopyFrom(start);
                    start = ++_read;
                    _read++;
                    continue;
                case (byte)'u':
                    CopyFrom(start);
                    if (!TryReadCodeUnit(out char first))
                        return false;
                    WriteCharacter(first);
                    start = _read;
                    continue;
                default:
                    return false;
            }
        }
        _read++;
        CopyFrom(start);
        return true;
    }

    /// <summary>Writes the character of a numeric escape, with the second half of a surrogate pair.</summary>
    private void WriteCharacter(char first)
    {
        int after = _read;
        if (char.IsHighSurrogate(first) && TryReadCodeUnit(out char second) && Rune.TryCreate(first, second, out Rune pair))
        {
            _written += pair.EncodeToUtf8(_text[_written..]);
            return;
        }
        _read = after;
        if (first < 0x20 || first is '"' or '\\')
            _written += JsonString.Escape((byte)first, _text[_written..]);
        else
            _written += (Rune.TryCreate(first, out Rune rune) ? rune : Rune.ReplacementChar).EncodeToUtf8(_text[_written..]);
    }

    private bool TryReadCodeUnit(out char unit)
    {
        unit = default;
        if (_text.Length - _read < 6 || _text[_read] != '\\' || _text[_read + 1] != 'u')
            return false;
        foreach (byte digit in _text.Slice(_read + 2, 4))
        {
            if (!char.IsAsciiHexDigit((char)digit))
                return false;
            unit = (char)((unit << 4) | (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10));
        }
        _read += 6;
        return true;
    }

    private bool TryReadWord(ReadOnlySpan<byte> word)
    {
        if (!_text[_read..].StartsWith(word))
            return false;
        Copy(word.Length);
        return true;
    }

    private bool TryReadNumber()
    {
        int start = _read;
        if (Next == '-')
            _read++;
        if (Next == '0')
            _read++;
        else if (!TrySkipDigits())
            return false;
        if (Next == '.')
        {
            _read++;
            if (!TrySkipDigits())
                return false;
        }
        if (Next is (byte)'e' or (byte)'E')
        {
            _read++;
            if (Next is (byte)'+' or (byte)'-')
                _read++;
            if (!TrySkipDigits())
                return false;
        }
        CopyFrom(start);
        return true;
    }

    private bool TrySkipDigits()
    {
        int start = _read;
        while (char.IsAsciiDigit((char)Next))
            _read++;
        return _read > start;
    }

    private void SkipSpace()
    {
        while (Next is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
            _read++;
    }

    private void Copy(int count)
    {
        _read += count;
        CopyFrom(_read - count);
    }

    /// <summary>Keeps the text read since <paramref name="start"/>. It is moved only if text before it was removed.</summary>
    private void CopyFrom(int start)
    {
        int count = _read - start;
        if (start != _written)
            _text.Slice(start, count).CopyTo(_text[_written..]);
        _written += count;
    }

    private readonly bool IsObject(int container) => _text[index[container].Start] == '{';

    private readonly byte Closing(int container) => IsObject(container) ? (byte)'}' : (byte)']';
}
