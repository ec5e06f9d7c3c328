using System.Collections.Concurrent;
using System.Diagnostics;

namespace WorkerTracing.Packages.Tests;

/// <summary>Runs the SDK's command line, with a bound after which nothing of it is left.</summary>
internal static class DotnetCommand
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(4);

    /// <returns>What a command that succeeded wrote to its output.</returns>
    public static async Task<string> RunAsync(string folder, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                // No server may outlive the command: it would hold the folder that is deleted afterwards.
                ["MSBUILDDISABLENODEREUSE"] = "1",
                ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0",
                ["UseSharedCompilation"] = "false",
                ["DOTNET_CLI_UI_LANGUAGE"] = "en",
            },
        };
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;

        var output = new ConcurrentQueue<string>();
        var errors = new ConcurrentQueue<string>();
        using Process process = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start.");
        process.OutputDataReceived += (_, line) => output.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => errors.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.StandardInput.Close();

        using var bound = new CancellationTokenSource(Bound);
        try
        {
            await process.WaitForExitAsync(bound.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"Not done within {Bound.TotalMinutes} minutes: {Report()}");
        }

        return process.ExitCode == 0
            ? string.Join('\n', output)
            : throw new InvalidOperationException($"Exit code {process.ExitCode}: {Report()}");

        string Report() => $"dotnet {string.Join(' ', arguments)}\n{string.Join('\n', output.Concat(errors))}";
    }
}
