namespace WorkerTracing;

/// <summary>Hands out runs of units of a file, the next free one first. The caller holds a lock.</summary>
internal sealed class UnitAllocator(int count)
{
    private readonly bool[] _used = new bool[count];
    private int _next;

    /// <summary>Gets the number of units that are handed out.</summary>
    public int Used { get; private set; }

    public int Count => _used.Length;

    /// <summary>Takes a run of units. Looks at each unit once at most.</summary>
    /// <returns>False if there is no run of this length.</returns>
    public bool TryTake(int length, out int first)
    {
        first = 0;
        if (length > Count - Used)
            return false;
        if (!TryFind(_next, Count, length, out first) && !TryFind(0, Math.Min(Count, _next + length - 1), length, out first))
            return false;
        _used.AsSpan(first, length).Fill(true);
        Used += length;
        _next = first + length;
        return true;
    }

    public void Free(int first, int length)
    {
        _used.AsSpan(first, length).Clear();
        Used -= length;
    }

    private bool TryFind(int from, int to, int length, out int first)
    {
        first = from;
        while (first + length <= to)
        {
            int used = _used.AsSpan(first, length).LastIndexOf(true);
            if (used < 0)
                return true;
            first += used + 1;
        }

        return false;
    }
}
