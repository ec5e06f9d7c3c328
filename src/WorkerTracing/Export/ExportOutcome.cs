namespace WorkerTracing;

/// <summary>What became of one span in an export.</summary>
public enum ExportOutcome
{
    /// <summary>
    /// It will never arrive. Also what an <see cref="IOutcomeExporter"/> says of an item by leaving its outcome untouched.
    /// </summary>
    Dropped,

    /// <summary>The backend has acknowledged it.</summary>
    Delivered,

    /// <summary>It failed for a passing reason. It stays in the queue and goes with a later export.</summary>
    Retained,
}
