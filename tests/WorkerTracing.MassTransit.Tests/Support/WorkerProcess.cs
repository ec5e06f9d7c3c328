using System.Globalization;
using WorkerTracing.Testing;

namespace WorkerTracing.MassTransit.Tests;

/// <summary>A real worker in a process of its own.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    private readonly ChildProcess _process;

    private WorkerProcess(ChildProcess process) => _process = process;

    public static WorkerProcess Start(Uri rabbitMq, string queue, Uri otlp, FlushMode flush, int prefetch) => new(
        ChildProcess.StartDotnet(
            [Path.Combine(AppContext.BaseDirectory, "WorkerTracing.MassTransit.Worker.dll")],
            new Dictionary<string, string>
            {
                ["WORKER_RABBITMQ"] = rabbitMq.ToString(),
                ["WORKER_QUEUE"] = queue,
                ["WORKER_OTLP"] = otlp.ToString(),
                ["WORKER_FLUSH"] = flush.ToString(),
                ["WORKER_PREFETCH"] = prefetch.ToString(CultureInfo.InvariantCulture),
            }));

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
