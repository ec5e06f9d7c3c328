using System.Diagnostics;

namespace WorkerTracing.MassTransit.Tests;

/// <summary>A real worker in a process of its own.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private readonly Process _process;

    private WorkerProcess(Process process) => _process = process;

    public static WorkerProcess Start(Uri rabbitMq, string queue, Uri otlp, FlushMode flush, int prefetch)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "WorkerTracing.MassTransit.Worker.dll")])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["WORKER_RABBITMQ"] = rabbitMq.ToString(),
                ["WORKER_QUEUE"] = queue,
                ["WORKER_OTLP"] = otlp.ToString(),
                ["WORKER_FLUSH"] = flush.ToString(),
                ["WORKER_PREFETCH"] = prefetch.ToString(System.Globalization.CultureInfo.InvariantCulture),
            },
        };
        Process process = Process.Start(start) ?? throw new InvalidOperationException("The worker did not start.");
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, line) => TestContext.Out.WriteLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new WorkerProcess(process);
    }

    /// <summary>SIGKILL: the process gets to do nothing more.</summary>
    public async Task KillAsync()
    {
        ThrowIfEnded();
        _process.Kill();
        await Testing.Until.DoneAsync(_process.WaitForExitAsync(), "the worker is gone");
    }

    public void ThrowIfEnded()
    {
        if (_process.HasExited)
            throw new InvalidOperationException($"The worker ended by itself, with exit code {_process.ExitCode}.");
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }
}
