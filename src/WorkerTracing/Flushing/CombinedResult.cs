namespace WorkerTracing;

/// <summary>
/// Combines the results of several exporters: the worst status, the sums of the counts, the longest time. Stored is not combined with
/// Unconfirmed, as unconfirmed spans are neither acknowledged nor recorded: then the status is that without a recorder.
/// </summary>
internal struct CombinedResult
{
    /// <summary>From best to worst.</summary>
    private static readonly FlushStatus[] Order =
    [
        FlushStatus.NotRequested, FlushStatus.Requested, FlushStatus.Delivered, FlushStatus.Unconfirmed,
        FlushStatus.Stored, FlushStatus.Canceled, FlushStatus.TimedOut, FlushStatus.Failed,
    ];

    private FlushResult? _result;
    private FlushStatus _withoutRecorder;
    private bool _isUnconfirmed;

    /// <summary>Gets the combined result. Unconfirmed where none was added.</summary>
    public readonly FlushResult Result => _result is not { } result
        ? new FlushResult(FlushStatus.Unconfirmed, 0, 0, TimeSpan.Zero)
        : result.Status == FlushStatus.Stored && _isUnconfirmed ? result with { Status = _withoutRecorder } : result;

    /// <summary>Adds the result of one exporter.</summary>
    /// <param name="result">The result.</param>
    /// <param name="withoutRecorder">Its status where it must not be Stored.</param>
    public void Add(FlushResult result, FlushStatus withoutRecorder)
    {
        _isUnconfirmed |= result.Status == FlushStatus.Unconfirmed;
        _withoutRecorder = Worse(withoutRecorder, _withoutRecorder);
        _result = _result is not { } sum
            ? result
            : new FlushResult(
                Worse(result.Status, sum.Status),
                Saturated((long)sum.Exported + result.Exported),
                Saturated((long)sum.Lost + result.Lost),
                result.Elapsed > sum.Elapsed ? result.Elapsed : sum.Elapsed)
            {
                Stored = Saturated((long)sum.Stored + result.Stored),
            };
    }

    /// <summary>Adds a result that is not Stored.</summary>
    public void Add(FlushResult result) => Add(result, result.Status);

    private static FlushStatus Worse(FlushStatus one, FlushStatus other) =>
        Array.IndexOf(Order, one) > Array.IndexOf(Order, other) ? one : other;

    private static int Saturated(long count) => (int)Math.Min(int.MaxValue, count);
}
