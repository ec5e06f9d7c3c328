namespace WorkerTracing;

/// <summary>What a flight recorder of the process is doing.</summary>
public sealed record FlightRecorderStatus
{
    /// <summary>Gets the directory, as it was configured.</summary>
    public required string Directory { get; init; }

    /// <summary>Gets the size of the files in bytes, those of processes that have ended included.</summary>
    public required long Bytes { get; init; }

    /// <summary>Gets the limit of <see cref="Bytes"/>.</summary>
    public required long MaxBytes { get; init; }

    /// <summary>Gets the number of recorded spans that no queue holds: they wait to be read back.</summary>
    public required long Backlog { get; init; }

    /// <summary>Gets the time of the oldest span that is not delivered. Null where there is none.</summary>
    public DateTimeOffset? Oldest { get; init; }

    /// <summary>Gets the number of jobs that were found to have ended with their process, since the start.</summary>
    public required long AbandonedJobs { get; init; }

    /// <summary>
    /// Gets the number of spans that were not recorded since the start, by the reasons of <c>worker_tracing.recorder.unrecorded</c>.
    /// </summary>
    public required IReadOnlyDictionary<string, long> Unrecorded { get; init; }

    /// <summary>Gets the number of spans that were dropped since the start because they were older than the limit.</summary>
    public required long Expired { get; init; }

    /// <summary>Gets the number of spans that are lost since the start because their records were damaged on the disk.</summary>
    public long Damaged { get; init; }

    /// <summary>Gets why nothing is recorded now. Null while spans are recorded.</summary>
    public string? Failure { get; init; }
}
