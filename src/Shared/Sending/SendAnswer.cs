namespace WorkerTracing;

/// <summary>The result of one attempt to send a request.</summary>
/// <param name="Verdict">What it means for the spans.</param>
internal readonly record struct SendAnswer(SendVerdict Verdict)
{
    /// <summary>The status of the protocol, or 0 without an answer.</summary>
    public int Status { get; init; }

    /// <summary>What went wrong, in a form that may be logged: bounded, on one line and without secrets.</summary>
    public string? Description { get; init; }

    /// <summary>The cause of a failure, as a value of <c>error.type</c>.</summary>
    public string? ErrorType { get; init; }

    /// <summary>How long the backend asks to wait.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether another attempt within the same export makes sense.</summary>
    public bool IsWorthRetrying { get; init; }

    /// <summary>How many spans the backend reports as rejected, where it accepted the rest.</summary>
    public long Rejected { get; init; }
}
