using WorkerTracing.Testing;

namespace WorkerTracing.Faults;

/// <summary>The fault tests' worker in a process of its own, with the protocol of lines that both speak.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    /// <summary>Far above what any plan takes: a worker that has written nothing by then hangs.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(3);

    private readonly ChildProcess _process;
    private int _logStart;

    public WorkerProcess(IReadOnlyDictionary<string, string>? environment = null) =>
        _process = ChildProcess.StartDotnet([Path.Combine(AppContext.BaseDirectory, "WorkerTracing.Faults.Worker.dll")], environment);

    /// <summary>Gets what the worker has logged since its plan began, at every level.</summary>
    public string Log => _process.Errors[_logStart..];

    /// <summary>Gives the worker a plan, which it begins when the one before is done.</summary>
    public Task BeginAsync(WorkerPlan plan)
    {
        _logStart = _process.Errors.Length;
        return _process.WriteLineAsync(plan.ToJson());
    }

    /// <summary>Reads the next line that the worker writes; null when it has ended.</summary>
    public async Task<string?> ReadLineAsync()
    {
        using var bound = new CancellationTokenSource(Bound);
        try
        {
            return await _process.ReadLineAsync(bound.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The worker has written nothing within {Bound}. Its log ends: {Tail(Log)}");
        }
    }

    /// <summary>Continues a worker that pauses.</summary>
    public Task ContinueAsync() => _process.WriteLineAsync("go");

    /// <summary>Reads the log of a plan that has been reported on, to its end.</summary>
    public async Task<string> ReadLogAsync()
    {
        await Until.TrueAsync(() => Log.Contains(Harness.LogEnd, StringComparison.Ordinal), "the log of the plan ended");
        return Log;
    }

    /// <inheritdoc cref="ChildProcess.Kill"/>
    public void Kill() => _process.Kill();

    /// <inheritdoc cref="ChildProcess.Stop"/>
    public void Stop() => _process.Stop();

    /// <summary>Tells a worker whose plan is done that there are no more, and asserts that it ends well.</summary>
    public async Task EndAsync()
    {
        await using (this)
        {
            _process.CloseInput();
            Assert.That(await EndedAsync(), Is.Zero, Log);
        }
    }

    /// <inheritdoc cref="ChildProcess.EndedAsync()"/>
    public Task<int> EndedAsync() => _process.EndedAsync();

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static string Tail(string log) => log.Length <= 4000 ? log : log[^4000..];
}
