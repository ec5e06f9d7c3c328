using System.Buffers;
using System.Text.Json;

namespace WorkerTracing;

/// <summary>Where each value of a compact JSON text lies, in document order: a value's children follow it.</summary>
internal sealed class JsonIndex : IDisposable
{
    private Entry[] _entries = ArrayPool<Entry>.Shared.Rent(64);
    private int _count;

    private JsonIndex()
    {
    }

    public ref readonly Entry this[int value] => ref _entries[value];

    public static JsonIndex Of(ReadOnlySpan<byte> json)
    {
        var index = new JsonIndex();
        index.Read(json);
        return index;
    }

    public int CountChildren(int value)
    {
        int count = 0;
        for (int child = value + 1; child < _entries[value].Next; child = _entries[child].Next)
            count++;
        return count;
    }

    public void Dispose()
    {
        ArrayPool<Entry>.Shared.Return(_entries);
        _entries = [];
    }

    private void Read(ReadOnlySpan<byte> json)
    {
        Utf8JsonReader reader = JsonText.CreateReader(json);
        var open = new Stack<int>();
        int memberStart = -1;
        while (reader.Read())
        {
            int start = (int)reader.TokenStartIndex;
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    memberStart = start;
                    continue;
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    open.Push(Add(memberStart < 0 ? start : memberStart, start));
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    Close(open.Pop(), (int)reader.BytesConsumed);
                    break;
                default:
                    Close(Add(memberStart < 0 ? start : memberStart, start), (int)reader.BytesConsumed);
                    break;
            }
            memberStart = -1;
        }
    }

    private int Add(int memberStart, int start)
    {
        if (_count == _entries.Length)
        {
            Entry[] larger = ArrayPool<Entry>.Shared.Rent(_count * 2);
            _entries.AsSpan().CopyTo(larger);
            ArrayPool<Entry>.Shared.Return(_entries);
            _entries = larger;
        }
        _entries[_count] = new Entry(memberStart, start, 0, 0);
        return _count++;
    }

    private void Close(int value, int end) => _entries[value] = _entries[value] with { End = end, Next = _count };

    /// <param name="MemberStart">Where the name begins that the value has in an object, else <paramref name="Start"/>.</param>
    /// <param name="Start">Where the value's text begins.</param>
    /// <param name="End">Where it ends.</param>
    /// <param name="Next">The first value that is neither this one nor inside of it.</param>
    internal readonly record struct Entry(int MemberStart, int Start, int End, int Next)
    {
        public int Size => End - Start;

        public int NameSize => Start - MemberStart;
    }
}
