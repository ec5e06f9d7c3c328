namespace WorkerTracing;

/// <summary>The outcome of one span in an export.</summary>
public enum ExportOutcome
{
    /// <summary>The span is lost. Also the outcome of a span that an <see cref="IOutcomeExporter"/> did not set.</summary>
    Dropped,

    /// <summary>The backend acknowledged the span.</summary>
    Delivered,

    /// <summary>The export failed for a reason that may pass. The span stays queued and is part of a later export.</summary>
    Retained,

    /// <summary>
    /// The backend took a part of the request and did not report which. The span is not sent again. The flush of its trace is
    /// <see cref="FlushStatus.Unconfirmed"/>; a flush of everything is <see cref="FlushStatus.Failed"/> with the number of rejected spans.
    /// </summary>
    Unconfirmed,
}
