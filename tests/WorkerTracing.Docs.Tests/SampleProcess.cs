using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using WorkerTracing.Testing;

namespace WorkerTracing.Docs.Tests;

/// <summary>A sample with a web server, run as a user runs it, on a port that the system chooses.</summary>
internal sealed partial class SampleProcess : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly Process _process;

    private SampleProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>What it has written.</summary>
    public string Output => string.Join('\n', _lines);

    public Uri Address => new(Listening().Match(Output).Groups[1].Value);

    public static async Task<SampleProcess> StartAsync(string sample, params string[] arguments)
    {
        var start = new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [PathOf(
                sample,
                $"{sample}.dll"), "--urls", "http://127.0.0.1:0", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = new SampleProcess(Process.Start(start) ?? throw new InvalidOperationException($"{sample} did not start."));
        await process.WroteAsync(Listening(), "listens");
        return process;
    }

    /// <summary>A file of a sample's build output, in this build's configuration.</summary>
    public static string PathOf(string sample, string file)
    {
        string configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        return Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", sample, configuration, file));
    }

    public async Task WroteAsync(Regex text, string what)
    {
        await Until.TrueAsync(() => text.IsMatch(Output) || _process.HasExited, $"the sample {what}; it wrote: {Output}");
        if (!text.IsMatch(Output))
            throw new InvalidOperationException($"The sample ended before it {what}; it wrote: {Output}");
    }

    /// <summary>Asks it to end, as Ctrl+C and a container's stop do.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await Until.DoneAsync(_process.WaitForExitAsync(), "the end of the sample");
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await Until.DoneAsync(_process.WaitForExitAsync(), "the kill of the sample");
        }

        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is not null)
            _lines.Enqueue(line);
    }

    [GeneratedRegex(@"Now listening on: (http://127\.0\.0\.1:\d+)")]
    private static partial Regex Listening();
}
