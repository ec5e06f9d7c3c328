namespace WorkerTracing;

/// <summary>The result of a flush.</summary>
/// <param name="Status">The status. With several exporters, the worst of theirs.</param>
/// <param name="Exported">The number of acknowledged spans. With several exporters, the sum. At most 2,147,483,647.</param>
/// <param name="Lost">The number of spans that will never arrive. With several exporters, the sum. At most 2,147,483,647.</param>
/// <param name="Elapsed">How long the caller waited.</param>
public readonly record struct FlushResult(FlushStatus Status, int Exported, int Lost, TimeSpan Elapsed)
{
    /// <summary>
    /// Gets the number of spans that the flight recorder has on disk and that are not acknowledged yet. With several exporters, the sum. At
    /// most 2,147,483,647. Zero without a recorder.
    /// </summary>
    public int Stored { get; init; }
}
