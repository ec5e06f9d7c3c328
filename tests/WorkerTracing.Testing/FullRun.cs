namespace WorkerTracing.Testing;

/// <summary>
/// Whether the long tests run too: every cell of the fault matrix, native compilation, every package in a new project. CI sets
/// <c>WORKERTRACING_FULL_TESTS=1</c>; a plain <c>dotnet test</c> takes a sample of each kind.
/// </summary>
public static class FullRun
{
    public static bool IsOn { get; } = Environment.GetEnvironmentVariable("WORKERTRACING_FULL_TESTS") == "1";
}
