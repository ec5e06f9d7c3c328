using System.Diagnostics;

namespace WorkerTracing;

/// <summary>
/// The latest callers of a scheduler whose sampler decided against recording them. A trigger keeps no more than the <c>traceparent</c> of
/// its caller, and that
/// of an activity which nobody listened to looks the same; only the first is a decision that the job inherits. On another node, or long
/// after, the job
/// samples for itself.
/// </summary>
internal static class SampledOutCallers
{
    private const int Most = 1024;

    private static readonly Lock Gate = new();
    private static readonly HashSet<ActivitySpanId> Latest = [];
    private static readonly Queue<ActivitySpanId> InOrder = [];

    /// <summary>Remembers the activity that is ambient in a call of the job store, where it was decided against.</summary>
    public static void Notice(Activity? caller)
    {
        if (caller is null or { Recorded: true } || JobOrigin.Current.Context == default)
            return;

        lock (Gate)
        {
            if (!Latest.Add(caller.SpanId))
                return;
            InOrder.Enqueue(caller.SpanId);
            if (InOrder.Count > Most)
                Latest.Remove(InOrder.Dequeue());
        }
    }

    public static bool Include(ActivitySpanId caller)
    {
        lock (Gate)
            return Latest.Contains(caller);
    }
}
