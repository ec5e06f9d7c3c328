using WorkerTracing.Testing;

namespace WorkerTracing.Faults;

/// <summary>The fault tests' worker in a process of its own, with the protocol of lines that both speak.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    /// <summary>Far above what any plan takes: a worker that has written nothing by then hangs.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(3);

    private readonly ChildProcess _process;
    private readonly CancellationTokenSource _bound = new(Bound);

    public WorkerProcess(WorkerPlan plan, IReadOnlyDictionary<string, string>? environment = null)
    {
        var variables = new Dictionary<string, string>(environment ?? new Dictionary<string, string>())
        {
            ["OTEL_BSP_MAX_QUEUE_SIZE"] = $"{plan.MaxQueueSize}",
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = plan.Exporter == Protocol.OtlpGrpc.Exporter ? "grpc" : "http/protobuf",
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = plan.Endpoint.AbsoluteUri,
            ["OTEL_EXPORTER_OTLP_HEADERS"] = $"x-api-key={plan.ApiKey}",
            ["OTEL_EXPORTER_OTLP_TIMEOUT"] = $"{(int)plan.RequestTimeout.TotalMilliseconds}",
        };
        _process = ChildProcess.StartDotnet(
            [Path.Combine(AppContext.BaseDirectory, "WorkerTracing.Faults.Worker.dll"), plan.ToJson()],
            variables);
    }

    /// <summary>Gets what the worker has logged, at every level.</summary>
    public string Log => _process.Errors;

    public int ExitCode => _process.ExitCode;

    /// <summary>Reads the next line that the worker writes; null when it has ended.</summary>
    public async Task<string?> ReadLineAsync()
    {
        try
        {
            return await _process.ReadLineAsync(_bound.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The worker has written nothing within {Bound}. Its log ends: {Tail(Log)}");
        }
    }

    /// <summary>Continues a worker that pauses.</summary>
    public Task ContinueAsync() => _process.WriteLineAsync("go");

    /// <inheritdoc cref="ChildProcess.Kill"/>
    public void Kill() => _process.Kill();

    /// <inheritdoc cref="ChildProcess.Stop"/>
    public void Stop() => _process.Stop();

    public Task EndedAsync() => _process.EndedAsync();

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _bound.Dispose();
    }

    private static string Tail(string log) => log.Length <= 4000 ? log : log[^4000..];
}
