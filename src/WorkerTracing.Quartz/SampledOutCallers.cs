using System.Diagnostics;

namespace WorkerTracing;

/// <summary>
/// The latest callers of a scheduler that a sampler decided not to record. A trigger stores only the <c>traceparent</c> of its caller, and
/// that of an activity without a listener looks the same; only the first is a decision that the job inherits. On another node, or after
/// <see cref="Capacity"/> further callers, the job is sampled for itself.
/// </summary>
internal static class SampledOutCallers
{
    private const int Capacity = 1024;

    private static readonly Lock Gate = new();
    private static readonly HashSet<ActivitySpanId> Latest = [];
    private static readonly Queue<ActivitySpanId> InOrder = [];

    /// <summary>Remembers the activity that is ambient in a call of the job store, if it is sampled out.</summary>
    public static void Notice(Activity? caller)
    {
        if (caller is null or { Recorded: true } || JobOrigin.Current.Context == default)
            return;

        lock (Gate)
        {
            if (!Latest.Add(caller.SpanId))
                return;
            InOrder.Enqueue(caller.SpanId);
            if (InOrder.Count > Capacity)
                Latest.Remove(InOrder.Dequeue());
        }
    }

    public static bool Include(ActivitySpanId caller)
    {
        lock (Gate)
            return Latest.Contains(caller);
    }
}
