using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading.Channels;

namespace WorkerTracing.Testing;

/// <summary>A program in a process of its own. Its output is read as it is written. Disposing kills it, with the processes that it started.</summary>
public sealed class ChildProcess : IAsyncDisposable
{
    private const int Terminate = 15;

    /// <summary>
    /// A process of a test lives for seconds. Compiling its hot methods again begins after ten minutes (the number is hexadecimal):
    /// tests/Directory.Build.props does the same for the programs that are built for tests, and this for the SDK's commands and the samples.
    /// </summary>
    private static readonly Dictionary<string, string> Runtime = new()
    {
        ["DOTNET_TC_CallCountingDelayMs"] = "927C0",
        ["DOTNET_TieredPGO"] = "0",
    };

    private readonly Process _process;
    private readonly Task _reading;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly StringBuilder _output = new(); // guarded by itself
    private readonly StringBuilder _errors = new(); // guarded by itself

    private ChildProcess(ProcessStartInfo start)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        _process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start.");
        _reading = Task.WhenAll(ReadAsync(_process.StandardOutput, _output, _lines), ReadAsync(_process.StandardError, _errors, null));
    }

    /// <summary>Gets the standard output so far, one line feed after each line.</summary>
    public string Output => Read(_output);

    /// <summary>Gets the standard error so far, one line feed after each line.</summary>
    public string Errors => Read(_errors);

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>Starts a program.</summary>
    /// <param name="program">Its path, or a name that the system's path knows.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables that are set beside those of this process.</param>
    /// <param name="folder">Its working directory; null for that of this process.</param>
    public static ChildProcess Start(
        string program,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null,
        string? folder = null)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder ?? "" };
        foreach ((string name, string value) in Runtime.Concat(environment ?? new Dictionary<string, string>()))
            start.Environment[name] = value;
        return new ChildProcess(start);
    }

    /// <summary>Starts the SDK's command line: <c>dotnet</c> with these arguments, the first of which may be an assembly to run.</summary>
    public static ChildProcess StartDotnet(
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null,
        string? folder = null) =>
        Start(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", arguments, environment, folder);

    /// <summary>Reads the next line of the standard output; null at its end.</summary>
    public async Task<string?> ReadLineAsync(CancellationToken cancellationToken = default)
    {
        while (await _lines.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_lines.Reader.TryRead(out string? line))
                return line;
        }

        return null;
    }

    /// <summary>Waits until the standard output matches a pattern.</summary>
    /// <exception cref="TimeoutException">It did not within the bound of <see cref="Until"/>.</exception>
    /// <exception cref="InvalidOperationException">The process ended before it did.</exception>
    public async Task WroteAsync(Regex text)
    {
        try
        {
            await Until.TrueAsync(() => text.IsMatch(Output) || (HasExited && _reading.IsCompleted), $"the process wrote {text}");
        }
        catch (TimeoutException exception)
        {
            throw new TimeoutException($"{exception.Message} {Report()}");
        }

        if (!text.IsMatch(Output))
            throw new InvalidOperationException($"The process ended before it wrote {text}. {Report()}");
    }

    /// <summary>Writes a line to the standard input.</summary>
    public async Task WriteLineAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    public void CloseInput() => _process.StandardInput.Close();

    /// <summary>Sends SIGKILL to the process: no code of it runs after this. The processes that it started go on.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Sends SIGTERM, with which the stop of a container or a service begins.</summary>
    public void Stop()
    {
        if (SendSignal(_process.Id, Terminate) != 0)
            throw new InvalidOperationException($"The signal was not sent: error {Marshal.GetLastPInvokeError()}.");
    }

    /// <summary>Waits until the process has ended and all of its output is read.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> EndedAsync()
    {
        await Until.DoneAsync(_process.WaitForExitAsync(), "the process");
        await Until.DoneAsync(_reading, "the output of the process");
        return _process.ExitCode;
    }

    /// <summary>Waits as <see cref="EndedAsync()"/> does, for a bound of its own; kills the process when it is over.</summary>
    public async Task<int> EndedAsync(TimeSpan bound)
    {
        try
        {
            await _process.WaitForExitAsync().WaitAsync(bound);
        }
        catch (TimeoutException)
        {
            _process.Kill(entireProcessTree: true);
            throw new TimeoutException($"The process did not end within {bound}. {Report()}");
        }

        return await EndedAsync();
    }

    /// <summary>Describes what the process has written.</summary>
    public string Report() => $"Its output:\n{Output}\nIts errors:\n{Errors}";

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await EndedAsync();
        _process.Dispose();
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int SendSignal(int process, int signal);

    private static string Read(StringBuilder text)
    {
        lock (text)
            return text.ToString();
    }

    private static async Task ReadAsync(StreamReader stream, StringBuilder text, Channel<string>? lines)
    {
        while (await stream.ReadLineAsync() is { } line)
        {
            lock (text)
                text.Append(line).Append('\n');
            lines?.Writer.TryWrite(line);
        }

        lines?.Writer.Complete();
    }
}
