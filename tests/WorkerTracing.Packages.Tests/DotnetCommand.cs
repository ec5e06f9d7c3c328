using WorkerTracing.Testing;

namespace WorkerTracing.Packages.Tests;

/// <summary>Runs the SDK's command line, with a bound after which it is killed.</summary>
internal static class DotnetCommand
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(6);

    /// <summary>Runs a command.</summary>
    /// <returns>The standard output of a command that succeeded.</returns>
    public static async Task<string> RunAsync(string folder, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var variables = new Dictionary<string, string>(environment)
        {
            // No server may outlive the command: it would hold the folder that is deleted afterwards.
            ["MSBUILDDISABLENODEREUSE"] = "1",
            ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0",
            ["UseSharedCompilation"] = "false",
            ["DOTNET_CLI_UI_LANGUAGE"] = "en",
        };
        await using var process = ChildProcess.StartDotnet(arguments, variables, folder);
        process.CloseInput();
        int exitCode = await process.EndedAsync(Bound);
        return exitCode == 0
            ? process.Output
            : throw new InvalidOperationException($"dotnet {string.Join(' ', arguments)} ended with {exitCode}. {process.Report()}");
    }
}
