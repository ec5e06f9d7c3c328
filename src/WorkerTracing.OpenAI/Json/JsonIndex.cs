using System.Buffers;
using System.Diagnostics;

namespace WorkerTracing;

/// <summary>
/// Where each value of a compact JSON text lies, in document order: a value's children follow it. Reused from text to text.
/// </summary>
internal sealed class JsonIndex : IDisposable
{
    /// <summary>A larger array is not kept for the next text.</summary>
    private const int MaxKeptEntries = 64 * 1024;

    private Entry[] _entries = [];
    private int _count;

    public ref readonly Entry this[int value] => ref _entries[value];

    /// <param name="json">Text that this exporter has written.</param>
    public static JsonIndex Of(Span<byte> json)
    {
        var index = new JsonIndex();
        index.ReadOwn(json);
        return index;
    }

    /// <param name="json">Text that this exporter has written.</param>
    public void ReadOwn(Span<byte> json)
    {
        bool isJson = TryRead(json, JsonText.MaxOwnDepth, out int length) && length == json.Length;
        Debug.Assert(isJson, "the exporter writes JSON in the one form");
    }

    /// <summary>Reads JSON text, which becomes compact in its place.</summary>
    /// <param name="json">The text. It never grows.</param>
    /// <param name="maxDepth">What is nested deeper is no JSON.</param>
    /// <param name="length">How much of <paramref name="json"/> is left.</param>
    /// <returns>False when it is no JSON; the text is then lost.</returns>
    public bool TryRead(Span<byte> json, int maxDepth, out int length)
    {
        if (_entries.Length > MaxKeptEntries)
            Dispose();
        _count = 0;
        return new JsonCompactor(json, this, maxDepth).TryRun(out length);
    }

    /// <summary>Adds a value whose end is yet to be read.</summary>
    /// <param name="memberStart">Where its name begins, or itself.</param>
    /// <param name="start">Where it begins.</param>
    /// <param name="parent">The container that it is in.</param>
    public int Open(int memberStart, int start, int parent)
    {
        if (_count == _entries.Length)
            Grow();
        _entries[_count] = new Entry(memberStart, start, 0, parent);
        return _count++;
    }

    /// <returns>The container that the value is in.</returns>
    public int Close(int value, int end)
    {
        ref Entry entry = ref _entries[value];
        int parent = entry.Next;
        entry = entry with { End = end, Next = _count };
        return parent;
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
        if (_entries.Length > 0)
            ArrayPool<Entry>.Shared.Return(_entries);
        _entries = [];
    }

    private void Grow()
    {
        Entry[] larger = ArrayPool<Entry>.Shared.Rent(Math.Max(64, _count * 2));
        _entries.AsSpan(0, _count).CopyTo(larger);
        Dispose();
        _entries = larger;
    }

    /// <param name="MemberStart">Where the name begins that the value has in an object, else <paramref name="Start"/>.</param>
    /// <param name="Start">Where the value's text begins.</param>
    /// <param name="End">Where it ends.</param>
    /// <param name="Next">The first value that is neither this one nor inside of it; while the value is open, the container that it is
    /// in.</param>
    internal readonly record struct Entry(int MemberStart, int Start, int End, int Next)
    {
        public int Size => End - Start;

        public int NameSize => Start - MemberStart;
    }
}
