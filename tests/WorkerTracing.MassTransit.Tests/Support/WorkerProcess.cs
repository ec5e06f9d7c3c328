using System.Globalization;
using System.Text.RegularExpressions;
using WorkerTracing.Testing;

namespace WorkerTracing.MassTransit.Tests;

/// <summary>A real worker in a process of its own.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    private readonly ChildProcess _process;

    private WorkerProcess(ChildProcess process) => _process = process;

    /// <summary>Starts a worker.</summary>
    /// <param name="rabbitMq">The broker.</param>
    /// <param name="queue">The queue that it consumes.</param>
    /// <param name="otlp">Receives the traces.</param>
    /// <param name="flush">The flush mode of its jobs.</param>
    /// <param name="prefetch">How many messages it takes at once.</param>
    /// <param name="recorder">The directory of its flight recorder; null for none.</param>
    /// <param name="ends">Whether messages with a negative number end.</param>
    public static WorkerProcess Start(
        Uri rabbitMq, string queue, Uri otlp, FlushMode flush, int prefetch, string? recorder = null, bool ends = false) => new(
        ChildProcess.StartDotnet(
            [Path.Combine(AppContext.BaseDirectory, "WorkerTracing.MassTransit.Worker.dll")],
            new Dictionary<string, string>
            {
                ["WORKER_RABBITMQ"] = rabbitMq.ToString(),
                ["WORKER_QUEUE"] = queue,
                ["WORKER_OTLP"] = otlp.ToString(),
                ["WORKER_FLUSH"] = flush.ToString(),
                ["WORKER_PREFETCH"] = prefetch.ToString(CultureInfo.InvariantCulture),
                ["WORKER_RECORDER"] = recorder ?? "",
                ["WORKER_ENDS"] = ends ? "1" : "0",
            }));

    /// <summary>Waits until a message with a negative number is consumed.</summary>
    /// <returns>The id of its job's span.</returns>
    public async Task<string> ConsumesAsync()
    {
        var running = new Regex(@"^running (\w+)$", RegexOptions.Multiline);
        await _process.WroteAsync(running);
        return running.Match(_process.Output).Groups[1].Value;
    }

    /// <inheritdoc cref="ChildProcess.Kill"/>
    public async Task KillAsync()
    {
        ThrowIfEnded();
        _process.Kill();
        await _process.EndedAsync();
    }

    public void ThrowIfEnded()
    {
        if (_process.HasExited)
            throw new InvalidOperationException($"The worker ended by itself, with exit code {_process.ExitCode}. {_process.Report()}");
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
