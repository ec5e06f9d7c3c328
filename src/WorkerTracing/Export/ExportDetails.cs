namespace WorkerTracing;

/// <summary>What an exporter knows of an export beside the outcomes.</summary>
/// <param name="Rejected">
/// The number of rejected spans among those that are <see cref="ExportOutcome.Unconfirmed"/>, over all requests.
/// </param>
/// <param name="ErrorType">The cause of the last failure, as a value of <c>error.type</c>; null where nothing failed.</param>
internal readonly record struct ExportDetails(int Rejected, string? ErrorType);
