namespace WorkerTracing.Faults;

/// <summary>A request that was read to its end.</summary>
/// <param name="Spans">The ids of its spans.</param>
/// <param name="Number">How many requests came before it over the same connection.</param>
internal sealed record Request(IReadOnlyList<ulong> Spans, int Number);
