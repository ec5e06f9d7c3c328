namespace WorkerTracing.Faults;

/// <summary>How much the backend acknowledges.</summary>
internal enum Arrival
{
    None,
    Some,
    All,
}
