namespace WorkerTracing.Load;

/// <summary>One line of a <see cref="Chart"/>.</summary>
internal sealed record Series(string Name, IReadOnlyList<(double X, double Y)> Points);
