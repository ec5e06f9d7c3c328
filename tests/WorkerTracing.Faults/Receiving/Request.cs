namespace WorkerTracing.Faults;

/// <summary>A request that was read to its end.</summary>
internal sealed record Request(string Head, IReadOnlyList<ulong> Spans);
