namespace WorkerTracing;

/// <summary>Combines the results of several exporters: the worst status, the sums of the counts, the longest time.</summary>
internal struct CombinedResult
{
    /// <summary>From best to worst.</summary>
    private static readonly FlushStatus[] Order =
    [
        FlushStatus.NotRequested, FlushStatus.Requested, FlushStatus.Delivered, FlushStatus.Unconfirmed,
        FlushStatus.Canceled, FlushStatus.TimedOut, FlushStatus.Failed,
    ];

    private FlushResult? _result;

    /// <summary>Gets the combined result. Unconfirmed where none was added.</summary>
    public readonly FlushResult Result => _result ?? new FlushResult(FlushStatus.Unconfirmed, 0, 0, TimeSpan.Zero);

    public void Add(FlushResult result) => _result = _result is not { } sum
        ? result
        : new FlushResult(
            Array.IndexOf(Order, result.Status) > Array.IndexOf(Order, sum.Status) ? result.Status : sum.Status,
            Saturated((long)sum.Exported + result.Exported),
            Saturated((long)sum.Lost + result.Lost),
            result.Elapsed > sum.Elapsed ? result.Elapsed : sum.Elapsed);

    private static int Saturated(long count) => (int)Math.Min(int.MaxValue, count);
}
