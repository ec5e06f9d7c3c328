namespace WorkerTracing;

/// <summary>One answer out of those of several exporters: the worst status, the sums, the longest time.</summary>
internal struct CombinedResult
{
    /// <summary>From best to worst.</summary>
    private static readonly FlushStatus[] Order =
    [
        FlushStatus.NotRequested, FlushStatus.Requested, FlushStatus.Delivered, FlushStatus.Unconfirmed,
        FlushStatus.Canceled, FlushStatus.TimedOut, FlushStatus.Failed,
    ];

    private FlushResult? _result;

    /// <summary>The combined answer; unconfirmed where nobody answered.</summary>
    public readonly FlushResult Result => _result ?? new FlushResult(FlushStatus.Unconfirmed, 0, 0, TimeSpan.Zero);

    public void Add(FlushResult result) => _result = _result is not { } sum
        ? result
        : new FlushResult(
            Array.IndexOf(Order, result.Status) > Array.IndexOf(Order, sum.Status) ? result.Status : sum.Status,
            sum.Exported + result.Exported,
            sum.Lost + result.Lost,
            result.Elapsed > sum.Elapsed ? result.Elapsed : sum.Elapsed);
}
