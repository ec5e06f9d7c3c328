using System.Diagnostics;
using System.Runtime.InteropServices;

namespace WorkerTracing;

/// <summary>Orders spans by their source, so that each source is written once in a request. Reused; not safe for concurrent use.</summary>
internal sealed class ScopeOrder
{
    private readonly Dictionary<ActivitySource, int> _groups = new(ReferenceEqualityComparer.Instance);
    private readonly List<int> _next = [];
    private int[] _groupOf = [];
    private int[] _order = [];

    /// <summary>
    /// Returns the positions of the spans, grouped by source; within a group they keep their order. Valid until the next call.
    /// </summary>
    public ReadOnlySpan<int> Of(ReadOnlySpan<Activity> spans)
    {
        if (_order.Length < spans.Length)
            (_groupOf, _order) = (new int[spans.Length], new int[spans.Length]);
        CountGroups(spans);
        int first = 0;
        foreach (ref int next in CollectionsMarshal.AsSpan(_next))
            (next, first) = (first, first + next);
        for (int i = 0; i < spans.Length; i++)
            _order[_next[_groupOf[i]]++] = i;
        _groups.Clear();
        _next.Clear();
        return _order.AsSpan(0, spans.Length);
    }

    private void CountGroups(ReadOnlySpan<Activity> spans)
    {
        ActivitySource? source = null;
        int group = 0;
        for (int i = 0; i < spans.Length; i++)
        {
            if (!ReferenceEquals(spans[i].Source, source))
            {
                source = spans[i].Source;
                group = GroupOf(source);
            }

            _groupOf[i] = group;
            _next[group]++;
        }
    }

    private int GroupOf(ActivitySource source)
    {
        ref int group = ref CollectionsMarshal.GetValueRefOrAddDefault(_groups, source, out bool isKnown);
        if (!isKnown)
        {
            group = _next.Count;
            _next.Add(0);
        }

        return group;
    }
}
