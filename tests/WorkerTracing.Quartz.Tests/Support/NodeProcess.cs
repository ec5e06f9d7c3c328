using System.Text.RegularExpressions;
using WorkerTracing.Testing;

namespace WorkerTracing.Quartz.Tests;

/// <summary>A scheduler in a process of its own.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private readonly ChildProcess _process;

    private NodeProcess(ChildProcess process) => _process = process;

    /// <summary>Gets the lines that the node has written.</summary>
    public IReadOnlyList<string> Lines => _process.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public static async Task<NodeProcess> StartAsync(params string[] arguments)
    {
        var node = new NodeProcess(ChildProcess.StartDotnet([typeof(SharedScheduler).Assembly.Location, .. arguments]));
        await node.WroteAsync("started");
        return node;
    }

    /// <summary>Waits for a number of lines that begin with a text.</summary>
    public Task WroteAsync(string line, int times = 1) =>
        _process.WroteAsync(new Regex($@"(^{Regex.Escape(line)}[\s\S]*?){{{times}}}", RegexOptions.Multiline));

    /// <inheritdoc cref="ChildProcess.Kill"/>
    public Task KillAsync()
    {
        _process.Kill();
        return _process.EndedAsync();
    }

    /// <summary>Lets the node stop as a host stops.</summary>
    public Task StopAsync()
    {
        _process.CloseInput();
        return _process.EndedAsync();
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
