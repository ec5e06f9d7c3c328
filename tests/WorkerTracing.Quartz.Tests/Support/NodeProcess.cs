using System.Collections.Concurrent;
using System.Diagnostics;
using WorkerTracing.Testing;

namespace WorkerTracing.Quartz.Tests;

/// <summary>A scheduler in a process of its own.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly Process _process;

    private NodeProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>What the node has written.</summary>
    public IReadOnlyList<string> Lines => [.. _lines];

    public static async Task<NodeProcess> StartAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true
        };
        start.ArgumentList.Add(typeof(SharedScheduler).Assembly.Location);
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        var node = new NodeProcess(Process.Start(start)!);
        await node.WroteAsync("started");
        return node;
    }

    public Task WroteAsync(string line, int times = 1) => Until.TrueAsync(
        () => _process.HasExited || Lines.Count(written => written.StartsWith(line, StringComparison.Ordinal)) >= times,
        $"the node wrote '{line}' {times} times; it wrote: {string.Join(Environment.NewLine, Lines)}");

    /// <summary>Kills the process as kill -9 does.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await Until.DoneAsync(_process.WaitForExitAsync(), "the kill of the node");
    }

    /// <summary>Lets the node stop as a host stops.</summary>
    public async Task StopAsync()
    {
        _process.StandardInput.Close();
        await Until.DoneAsync(_process.WaitForExitAsync(), "the end of the node");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is not null)
            _lines.Enqueue(line);
    }
}
