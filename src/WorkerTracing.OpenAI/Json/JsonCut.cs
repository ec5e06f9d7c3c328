using System.Buffers;

namespace WorkerTracing;

/// <summary>
/// Cuts a JSON value to a size the way openai-agents for Python does: the largest child first, to the size that the others leave; a
/// value that cannot be cut is removed, and text keeps its beginning. The result equals the reference's. It takes one pass over the text
/// and one sort of each cut container's children; the reference measures everything again for each child.
/// </summary>
/// <remarks>
/// Why one pass is enough: a child that is cut to 2 bytes or more ends the cutting of its parent, because it then fits. All the
/// children before it found no room at all and became empty, which takes no look inside. So only one path into the value is cut.
/// </remarks>
internal readonly struct JsonCut(JsonIndex index, Utf8Buffer output)
{
    /// <summary>Writes the value cut to <paramref name="max"/> bytes; <c>""</c>, <c>{}</c> or <c>[]</c> is the least.</summary>
    public void Write(ReadOnlySpan<byte> json, int value, int max)
    {
        ReadOnlySpan<byte> text = json[index[value].Start..index[value].End];
        if (text.Length <= max)
            output.Write(text);
        else if (text[0] == '"')
            StringCut.Write(output, text, max);
        else if (IsContainer(text[0]))
            WriteContainer(json, value, max);
        else
            output.Write(NumberPreview(text));
    }

    private void WriteContainer(ReadOnlySpan<byte> json, int container, int max)
    {
        int count = index.CountChildren(container);
        Child[] children = ArrayPool<Child>.Shared.Rent(count);
        try
        {
            Decide(json, container, children.AsSpan(0, count), max);
            byte open = json[index[container].Start];
            output.Write(open);
            bool follows = false;
            foreach (Child child in children.AsSpan(0, count))
            {
                if (child.Fate == Fate.Removed)
                    continue;
                if (follows)
                    output.Write((byte)',');
                follows = true;
                WriteChild(json, child);
            }
            output.Write((byte)(open == '{' ? '}' : ']'));
        }
        finally
        {
            ArrayPool<Child>.Shared.Return(children);
        }
    }

    private void WriteChild(ReadOnlySpan<byte> json, Child child)
    {
        JsonIndex.Entry entry = index[child.Value];
        output.Write(json[entry.MemberStart..entry.Start]);
        if (child.Fate == Fate.Emptied)
            output.Write(Empty(json[entry.Start]));
        else
            Write(json, child.Value, child.Fate == Fate.Cut ? child.Budget : int.MaxValue);
    }

    /// <summary>Decides for each child whether it is kept, cut or removed, so that the whole fits.</summary>
    private void Decide(ReadOnlySpan<byte> json, int container, Span<Child> children, int max)
    {
        int position = 0;
        for (int value = container + 1; value < index[container].Next; value = index[value].Next)
            children[position++] = new Child { Value = value, Size = index[value].Size };

        var room = new Room(index[container].Size, children.Length, max);
        long[] order = ArrayPool<long>.Shared.Rent(children.Length);
        try
        {
            foreach (long key in LargestFirst(children, order))
            {
                if (room.IsEnough)
                    return;
                Shrink(json, ref children[(int)(uint)key], ref room);
            }
        }
        finally
        {
            ArrayPool<long>.Shared.Return(order);
        }
        RemoveAll(children, 2, ref room);
        RemoveAll(children, 1, ref room);
    }

    /// <summary>Gets the children of 3 bytes or more. Smaller ones are never cut; they are removed once nothing larger is left.</summary>
    private static Span<long> LargestFirst(Span<Child> children, long[] order)
    {
        int count = 0;
        for (int i = 0; i < children.Length; i++)
        {
            if (children[i].Size > 2)
                order[count++] = ((long)(int.MaxValue - children[i].Size) << 32) | (uint)i;
        }
        Span<long> keys = order.AsSpan(0, count);
        keys.Sort();
        return keys;
    }

    private void Shrink(ReadOnlySpan<byte> json, ref Child child, ref Room room)
    {
        int budget = room.BudgetFor(child.Size);
        JsonIndex.Entry entry = index[child.Value];
        byte first = json[entry.Start];
        if (first != '"' && !IsContainer(first))
        {
            ReadOnlySpan<byte> preview = NumberPreview(json[entry.Start..entry.End]);
            if (preview.Length > budget)
                Remove(ref child, ref room);
            else
                Resize(ref child, ref room, Fate.Cut, budget, preview.Length);
        }
        else if (budget < 2)
        {
            Resize(ref child, ref room, Fate.Emptied, 0, 2);
        }
        else
        {
            Resize(ref child, ref room, Fate.Cut, budget, budget);
        }
    }

    private void RemoveAll(Span<Child> children, int size, ref Room room)
    {
        for (int i = 0; i < children.Length && !room.IsEnough; i++)
        {
            if (children[i].Size == size && children[i].Fate != Fate.Removed)
                Remove(ref children[i], ref room);
        }
    }

    private void Remove(ref Child child, ref Room room)
    {
        room.Remove(index[child.Value].NameSize + child.Size);
        child.Fate = Fate.Removed;
    }

    private static void Resize(ref Child child, ref Room room, Fate fate, int budget, int size)
    {
        room.Resize(child.Size, size);
        child = child with { Fate = fate, Budget = budget, Size = size };
    }

    private static bool IsContainer(byte first) => first is (byte)'{' or (byte)'[';

    private static ReadOnlySpan<byte> Empty(byte first) => first == '"' ? "\"\""u8 : first == '{' ? "{}"u8 : "[]"u8;

    /// <summary>
    /// Gets the replacement of the reference for a number that is too long; true, false and null are always shorter.
    /// </summary>
    private static ReadOnlySpan<byte> NumberPreview(ReadOnlySpan<byte> number) => number.IndexOfAny(".eE"u8) < 0
        ? """{"truncated":true,"original_type":"int","preview":"<int truncated>"}"""u8
        : """{"truncated":true,"original_type":"float","preview":"<float truncated>"}"""u8;

    private enum Fate
    {
        Kept,
        Cut,
        Emptied,
        Removed,
    }

    private record struct Child
    {
        public int Value;
        public int Size;
        public int Budget;
        public Fate Fate;
    }

    /// <summary>Gets the size of the container with the decisions so far.</summary>
    private struct Room(int size, int count, int max)
    {
        private int _size = size;
        private int _count = count;

        public readonly bool IsEnough => _size <= max;

        public readonly int BudgetFor(int child) => Math.Max(0, max - (_size - child));

        public void Resize(int from, int to) => _size += to - from;

        public void Remove(int member)
        {
            _size -= member + (_count > 1 ? 1 : 0);
            _count--;
        }
    }
}
