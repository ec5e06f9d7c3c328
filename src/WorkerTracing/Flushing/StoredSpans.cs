namespace WorkerTracing;

/// <summary>What the flight recorder has of the spans that a flush answers for.</summary>
/// <param name="Pending">Recorded spans that are queued, in flight or kept for a later export.</param>
/// <param name="Left">Recorded spans that no queue holds.</param>
/// <param name="IsComplete">Whether every span without a final outcome is recorded.</param>
internal readonly record struct StoredSpans(long Pending, long Left, bool IsComplete)
{
    /// <summary>Gets the number of spans that are on disk and not acknowledged.</summary>
    /// <param name="isSettled">Whether the spans that the flush waited for have their outcomes: those that pend ended later.</param>
    public long Count(bool isSettled) => isSettled ? Left : Pending + Left;

    /// <summary>Returns the status of a flush.</summary>
    /// <param name="withoutRecorder">What it is without a recorder.</param>
    /// <param name="unconfirmed">The spans that are neither acknowledged nor recorded any more.</param>
    public FlushStatus Improve(FlushStatus withoutRecorder, long unconfirmed) => withoutRecorder switch
    {
        FlushStatus.Delivered when Left > 0 => unconfirmed > 0 ? FlushStatus.TimedOut : FlushStatus.Stored,
        FlushStatus.Delivered when unconfirmed > 0 => FlushStatus.Unconfirmed,
        FlushStatus.Delivered or FlushStatus.Failed => withoutRecorder,
        _ => IsComplete && unconfirmed == 0 ? FlushStatus.Stored : withoutRecorder, // the default of the type is of no recorder: not complete
    };
}
