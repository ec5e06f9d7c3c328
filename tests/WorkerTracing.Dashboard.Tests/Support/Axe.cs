using WorkerTracing.Testing;

namespace WorkerTracing.Dashboard.Tests;

/// <summary>The accessibility checker axe-core, an npm package that CI installs.</summary>
internal static class Axe
{
    private const string Variable = "WORKERTRACING_AXE";

    /// <summary>Gets the script. A test without it is skipped, or fails where servers are required.</summary>
    public static string Source()
    {
        string? path = Environment.GetEnvironmentVariable(Variable);
        if (!string.IsNullOrEmpty(path))
            return File.ReadAllText(path);
        const string Reason = $"{Variable} is not set: no axe.min.js of the npm package axe-core.";
        if (RequiredServers.IsOn)
            Assert.Fail(Reason);
        Assert.Ignore(Reason);
        throw new InvalidOperationException();
    }
}
