using System.Buffers;
using System.Diagnostics;

namespace WorkerTracing;

/// <summary>
/// Holds the position of each value of a compact JSON text, in document order: a value's children follow it. Reused from text to text.
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
    /// <param name="maxDepth">Deeper nesting counts as invalid.</param>
    /// <param name="length">The length of the compact text.</param>
    /// <returns>False if the text is not JSON. Its content is undefined then.</returns>
    public bool TryRead(Span<byte> json, int maxDepth, out int length)
    {
        if (_entries.Length > MaxKeptEntries)
            Dispose();
        _count = 0;
        return new JsonCompactor(json, this, maxDepth).TryRun(out length);
    }

    /// <summary>Adds a value whose end is not known yet.</summary>
    /// <param name="memberStart">The position of its name, or of the value without a name.</param>
    /// <param name="start">Its position.</param>
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

    /// <param name="MemberStart">The position of the value's name in an object, else <paramref name="Start"/>.</param>
    /// <param name="Start">The position of the value's text.</param>
    /// <param name="End">The position behind the text.</param>
    /// <param name="Next">The next value outside of this one; while the value is open, its container.</param>
    internal readonly record struct Entry(int MemberStart, int Start, int End, int Next)
    {
        public int Size => End - Start;

        public int NameSize => Start - MemberStart;
    }
}
