namespace WorkerTracing;

/// <summary>The result of a flush.</summary>
public enum FlushStatus
{
    /// <summary>No flush was asked for, or there was nothing recorded to flush.</summary>
    NotRequested,

    /// <summary>An export was started, or starts when the enclosing span ends. The caller did not wait for it.</summary>
    Requested,

    /// <summary>The exporter acknowledged every span that the flush answers for.</summary>
    Delivered,

    /// <summary>
    /// At least one span is lost: refused by a full queue, dropped by the exporter, or rejected by the backend.
    /// <see cref="FlushResult.Lost"/> has the number.
    /// </summary>
    Failed,

    /// <summary>
    /// No span is known to be lost, but not every span is confirmed: some are queued or in flight. Returned at the timeout, and at once
    /// while the exporter fails or hangs.
    /// </summary>
    TimedOut,

    /// <summary>The caller's token ended the wait. No span is known to be lost.</summary>
    Canceled,

    /// <summary>
    /// No exporter reported a failure, but delivery cannot be proved: a processor other than <see cref="BatchTraceProcessor"/> took part,
    /// or there is no <see cref="BatchTraceProcessor"/>; the backend took a part of a request (<see cref="ExportOutcome.Unconfirmed"/>); or
    /// a processor threw before a span reached the queue.
    /// </summary>
    Unconfirmed,

    /// <summary>
    /// Every span is acknowledged or in the files of the flight recorder, for each exporter: this process or the next one delivers the rest.
    /// <see cref="FlushResult.Stored"/> has the number. Returned in the place of <see cref="Requested"/>, <see cref="TimedOut"/> and
    /// <see cref="Canceled"/>.
    /// </summary>
    Stored,
}
