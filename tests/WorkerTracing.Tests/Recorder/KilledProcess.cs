using WorkerTracing.Testing;

namespace WorkerTracing.Tests;

/// <summary>What a <see cref="RecordingProcess"/> said before it was killed: span ids.</summary>
internal sealed class KilledProcess
{
    private KilledProcess(string output)
    {
        foreach (string line in output.Split('\n'))
        {
            // The last line may be cut.
            if (line.Split(' ') is [var what, { Length: 16 } span])
                Of(what).Add(span);
        }
    }

    public HashSet<string> Begun { get; } = [];

    public HashSet<string> Opened { get; } = [];

    public HashSet<string> Ending { get; } = [];

    public HashSet<string> Written { get; } = [];

    public HashSet<string> Done { get; } = [];

    /// <summary>Kills a process with SIGKILL once it has said so many lines.</summary>
    public static async Task<KilledProcess> KillAsync(ChildProcess process, int lines)
    {
        for (int i = 0; i < lines; i++)
        {
            if (await process.ReadLineAsync() is null)
                throw new InvalidOperationException($"The process ended by itself. {process.Report()}");
        }

        process.Kill();
        await process.EndedAsync();
        return new KilledProcess(process.Output);
    }

    private HashSet<string> Of(string what) => what switch
    {
        RecordingProcess.Begun => Begun,
        RecordingProcess.Opened => Opened,
        RecordingProcess.Ending => Ending,
        RecordingProcess.Written => Written,
        RecordingProcess.Done => Done,
        _ => [],
    };
}
