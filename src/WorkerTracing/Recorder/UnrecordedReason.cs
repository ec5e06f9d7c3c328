namespace WorkerTracing;

/// <summary>Why a span was not recorded: the values of the attribute <c>reason</c>.</summary>
internal static class UnrecordedReason
{
    /// <summary>There is no directory, or the disk is full.</summary>
    public const string Unavailable = "unavailable";

    /// <summary>The files have reached <see cref="FlightRecorderOptions.MaxBytes"/>.</summary>
    public const string MaxBytes = "max_bytes";

    /// <summary>Spans ended faster than the next file could be prepared.</summary>
    public const string NotPrepared = "not_prepared";

    /// <summary>The span is larger than a file.</summary>
    public const string TooLarge = "too_large";

    /// <summary>The exporter threw.</summary>
    public const string ExporterFailed = "exporter_failed";
}
