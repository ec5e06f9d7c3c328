using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading.Channels;
using WorkerTracing.Testing;

namespace WorkerTracing.Faults;

/// <summary>A real worker in a process of its own.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    private const int Terminate = 15;

    /// <summary>Far above what any plan takes: a worker that is not done by then hangs.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly StringBuilder _errors = new();
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly CancellationTokenSource _bound = new(Bound);
    private readonly Task _reading;

    public WorkerProcess(WorkerPlan plan, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(
            "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "WorkerTracing.Faults.Worker.dll"), plan.ToJson()])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["OTEL_BSP_MAX_QUEUE_SIZE"] = $"{plan.MaxQueueSize}";
        start.Environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        start.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = plan.Endpoint.AbsoluteUri;
        start.Environment["OTEL_EXPORTER_OTLP_HEADERS"] = $"x-api-key={plan.ApiKey}";
        start.Environment["OTEL_EXPORTER_OTLP_TIMEOUT"] = $"{(int)plan.RequestTimeout.TotalMilliseconds}";
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        _process = Process.Start(start) ?? throw new InvalidOperationException("The worker did not start.");
        _reading = Task.WhenAll(ReadLinesAsync(), ReadErrorsAsync());
    }

    /// <summary>What the worker has logged, at every level.</summary>
    public string Log
    {
        get
        {
            lock (_errors)
                return _errors.ToString();
        }
    }

    public int ExitCode => _process.ExitCode;

    /// <summary>The next line that the worker says; null when it is gone.</summary>
    public async Task<string?> SaysAsync()
    {
        try
        {
            return await _lines.Reader.ReadAsync(_bound.Token);
        }
        catch (ChannelClosedException)
        {
            return null;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The worker has said nothing for long. Its log ends: {Tail(Log)}");
        }
    }

    /// <summary>The next line that begins with the word; what comes before is passed over.</summary>
    public async Task<string> SaysAsync(string word)
    {
        while (await SaysAsync() is { } line)
        {
            if (line.StartsWith(word + " ", StringComparison.Ordinal))
                return line[(word.Length + 1)..];
        }

        throw new InvalidOperationException($"The worker ended without saying '{word}'. Its log ends: {Tail(Log)}");
    }

    /// <summary>Lets a worker that pauses go on.</summary>
    public async Task GoAsync()
    {
        await _process.StandardInput.WriteLineAsync("go");
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>SIGKILL: the process gets to do nothing more.</summary>
    public void Kill() => _process.Kill();

    /// <summary>SIGTERM: what a stop of a container or a service begins with.</summary>
    public void Stop()
    {
        if (SendSignal(_process.Id, Terminate) != 0)
            throw new InvalidOperationException($"The signal was not sent: error {Marshal.GetLastPInvokeError()}.");
    }

    public async Task EndedAsync()
    {
        await Until.DoneAsync(_process.WaitForExitAsync(), "the worker is gone");
        await Until.DoneAsync(_reading, "the worker's output is read");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await EndedAsync();
        _process.Dispose();
        _bound.Dispose();
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int SendSignal(int process, int signal);

    private static string Tail(string log) => log.Length <= 4000 ? log : log[^4000..];

    private async Task ReadLinesAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
            _lines.Writer.TryWrite(line);
        _lines.Writer.Complete();
    }

    private async Task ReadErrorsAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            lock (_errors)
                _errors.AppendLine(line);
        }
    }
}
