using System.Text.RegularExpressions;
using WorkerTracing.Testing;

namespace WorkerTracing.Docs.Tests;

/// <summary>A sample with a web server, run as a user runs it, on a port that the system chooses.</summary>
internal sealed partial class SampleProcess : IAsyncDisposable
{
    private readonly ChildProcess _process;

    private SampleProcess(ChildProcess process) => _process = process;

    /// <summary>Gets what the sample has written.</summary>
    public string Output => _process.Output;

    public Uri Address => new(Listening().Match(Output).Groups[1].Value);

    public static async Task<SampleProcess> StartAsync(string sample, params string[] arguments)
    {
        var process = new SampleProcess(
            ChildProcess.StartDotnet([PathOf(sample, $"{sample}.dll"), "--urls", "http://127.0.0.1:0", .. arguments]));
        await process.WroteAsync(Listening());
        return process;
    }

    /// <summary>A file of a sample's build output, in this build's configuration.</summary>
    public static string PathOf(string sample, string file)
    {
        string configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        return Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", sample, configuration, file));
    }

    /// <inheritdoc cref="ChildProcess.WroteAsync"/>
    public Task WroteAsync(Regex text) => _process.WroteAsync(text);

    /// <summary>Asks the sample to end, as Ctrl+C and a container's stop do.</summary>
    /// <returns>Its exit code.</returns>
    public Task<int> StopAsync()
    {
        _process.Stop();
        return _process.EndedAsync();
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    [GeneratedRegex(@"Now listening on: (http://127\.0\.0\.1:\d+)")]
    private static partial Regex Listening();
}
