namespace WorkerTracing;

/// <summary>How a flush ended.</summary>
public enum FlushStatus
{
    /// <summary>No flush was asked for, or there was nothing recorded to flush.</summary>
    NotRequested,

    /// <summary>An export was started, or will be when the enclosing span ends; nobody waited for it.</summary>
    Requested,

    /// <summary>The exporter said success for every span that the flush answers for.</summary>
    Delivered,

    /// <summary>
    /// At least one span is lost: refused by a full queue, or dropped by the exporter. <see cref="FlushResult.Lost"/> has the number.
    /// </summary>
    Failed,

    /// <summary>Nothing is lost, but not everything is confirmed: spans are still queued or in flight.</summary>
    TimedOut,

    /// <summary>The caller's token ended the wait. Nothing is known to be lost.</summary>
    Canceled,

    /// <summary>
    /// Everything that can answer did so with success, but a processor that cannot be believed took part, or no <see
    /// cref="BatchTraceProcessor"/> did.
    /// </summary>
    Unconfirmed,
}
