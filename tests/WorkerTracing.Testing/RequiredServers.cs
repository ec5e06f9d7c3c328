namespace WorkerTracing.Testing;

/// <summary>
/// Whether a test fails where its server, browser or captured payload is missing. CI sets <c>WORKERTRACING_REQUIRE_SERVERS=1</c>; a plain
/// <c>dotnet test</c> skips such a test with the reason.
/// </summary>
public static class RequiredServers
{
    public static bool IsOn { get; } = Environment.GetEnvironmentVariable("WORKERTRACING_REQUIRE_SERVERS") == "1";
}
