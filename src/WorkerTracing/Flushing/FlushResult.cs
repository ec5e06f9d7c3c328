namespace WorkerTracing;

/// <summary>What came of a flush.</summary>
/// <param name="Status">How it ended. With several exporters, the worst of theirs.</param>
/// <param name="Exported">Spans that the exporters said success for. With several exporters, the sum.</param>
/// <param name="Lost">Spans that will never arrive. With several exporters, the sum.</param>
/// <param name="Elapsed">How long the flush took its caller.</param>
public readonly record struct FlushResult(FlushStatus Status, int Exported, int Lost, TimeSpan Elapsed);
