namespace WorkerTracing;

/// <summary>
/// The attempt that ended last on the calling thread. Hangfire performs a job and then changes its state on the same thread of the same
/// worker, and the change of state does not know the attempt.
/// </summary>
/// <param name="Filter">The filter that traced the attempt, and alone writes what is known of it.</param>
/// <param name="JobId">The job.</param>
/// <param name="Stored">What was stored with the job before the attempt.</param>
/// <param name="Span">The attempt's span as a <c>traceparent</c>. Null where it was not recorded.</param>
/// <param name="Failed">True if the attempt failed: when the job runs again, that is the next attempt.</param>
internal sealed record EndedAttempt(JobTraceFilter Filter, string JobId, StoredJob Stored, string? Span, bool Failed)
{
    /// <summary>Whether the span was stored with the job when the attempt began.</summary>
    public bool IsStored { get; init; }

    /// <summary>Written and read by its own thread alone. Null from the moment that the thread's worker takes a job.</summary>
    [ThreadStatic]
    private static EndedAttempt? _last;

    public static EndedAttempt? Last
    {
        get => _last;
        set => _last = value;
    }

    /// <summary>Gets the last attempt on this thread if it was at this job.</summary>
    public static EndedAttempt? At(string jobId) => _last is { } last && last.JobId == jobId ? last : null;
}
