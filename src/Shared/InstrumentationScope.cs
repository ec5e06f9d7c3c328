namespace WorkerTracing;

/// <summary>The name that the source, the meter and the log category of all packages share.</summary>
internal static class InstrumentationScope
{
    public const string Name = "WorkerTracing";
}
