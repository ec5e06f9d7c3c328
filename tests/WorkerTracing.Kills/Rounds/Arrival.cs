namespace WorkerTracing.Kills;

/// <summary>What the backend knows about a span.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Parent">The id of its parent; 0 where it has none.</param>
/// <param name="Times">How often it was acknowledged.</param>
/// <param name="IsAbandoned">Whether it was once reported as abandoned with its process.</param>
internal readonly record struct Arrival(string Name, ulong Parent, int Times, bool IsAbandoned);
