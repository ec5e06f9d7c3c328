namespace WorkerTracing;

/// <summary>Counts lost spans by reason, for monitoring. Safe for concurrent use.</summary>
/// <remarks>
/// Spans that find a full queue are not counted here: <see cref="QueueOverflow"/> counts them without contention. Their number is the rest.
/// </remarks>
internal sealed class LossCounts
{
    private static readonly string[] Counted =
        [LossReason.ExportFailed, LossReason.Shutdown, LossReason.QueueFailed, LossReason.ProcessorFailed];

    private long _exportFailed;
    private long _shutdown;
    private long _queueFailed;
    private long _processorFailed;

    public void Add(string reason, int spans) => Interlocked.Add(ref CountOf(reason), spans);

    /// <summary>Returns the counts that are not zero, by the reasons of <c>worker_tracing.spans.lost</c>.</summary>
    /// <param name="total">The number of all lost spans.</param>
    public Dictionary<string, long> ByReason(long total)
    {
        var counts = new Dictionary<string, long>();
        foreach (string reason in Counted)
        {
            long count = Volatile.Read(ref CountOf(reason));
            total -= count;
            if (count > 0)
                counts.Add(reason, count);
        }

        if (total > 0)
            counts.Add(LossReason.QueueFull, total);
        return counts;
    }

    private ref long CountOf(string reason)
    {
        switch (reason)
        {
            case LossReason.Shutdown:
                return ref _shutdown;
            case LossReason.QueueFailed:
                return ref _queueFailed;
            case LossReason.ProcessorFailed:
                return ref _processorFailed;
            default:
                return ref _exportFailed;
        }
    }
}
