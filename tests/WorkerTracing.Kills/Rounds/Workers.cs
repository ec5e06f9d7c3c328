using WorkerTracing.Testing;

namespace WorkerTracing.Kills;

/// <summary>The workers of a run, one after the other: they share a backend and what they keep on disk.</summary>
internal sealed class Workers(Way way, long maxBytes, int payload) : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(2);

    private readonly string _directory = Directory.CreateTempSubdirectory("kills-").FullName;
    private readonly string _name = $"kills_{Guid.NewGuid():n}";
    private int _started;

    public Backend Backend { get; } = new();

    public LedgerEntries Ledgers { get; } = new();

    /// <summary>Gets the directory of what they keep on disk.</summary>
    public string Storage => Path.Combine(_directory, "storage");

    /// <summary>Gets the number of files and directories below <see cref="Storage"/>.</summary>
    public int FilesLeft =>
        Directory.Exists(Storage) ? Directory.EnumerateFileSystemEntries(Storage, "*", SearchOption.AllDirectories).Count() : 0;

    /// <summary>
    /// Gets how long a last worker may take to deliver what is left. Both look at left files each minute: the recorder where it had no room
    /// for a directory, the disk retry at ten files at a time.
    /// </summary>
    private TimeSpan DeliveryTimeout => way switch
    {
        Way.FlightRecorder => TimeSpan.FromMinutes(3),
        Way.OpenTelemetryDisk => TimeSpan.FromMinutes(4),
        _ => TimeSpan.Zero,
    };

    /// <summary>Starts a worker, waits until its long jobs run and the first span has ended, and ends it after some time.</summary>
    /// <param name="framework">What runs its jobs.</param>
    /// <param name="life">How long it works.</param>
    /// <param name="isKilled">Whether it is killed. If not, it is stopped.</param>
    public async Task RunAsync(Framework framework, TimeSpan life, bool isKilled)
    {
        (ChildProcess worker, string ledger) = Start(framework);
        await using (worker)
        {
            bool isWorking = await Wait.UntilAsync(
                () => LedgerEntries.Count(ledger) is { LongJobs: Work.LongJobs, Ended: > 0 } || worker.HasExited, StartTimeout);
            if (!isWorking || worker.HasExited)
                throw new InvalidOperationException($"A worker does not work. {worker.Report()}");
            await Task.Delay(life);
            if (isKilled)
                worker.Kill();
            else
                worker.CloseInput();
            await worker.EndedAsync();
        }

        Ledgers.Add(ledger);
    }

    /// <summary>Starts a worker without jobs, waits until it has delivered everything, or the time is over, and stops it.</summary>
    /// <returns>What has arrived.</returns>
    public async Task<Verdict> DeliverAsync()
    {
        HashSet<ulong> expected = [.. Ledgers.Ended, .. Ledgers.Running];
        (ChildProcess worker, _) = Start(Framework.None);
        await using (worker)
        {
            await Wait.UntilAsync(
                () => (Backend.Has(expected) && HasNoOrphan()) || worker.HasExited || (way == Way.OpenTelemetryDisk && FilesLeft == 0),
                DeliveryTimeout);
            worker.CloseInput();
            await worker.EndedAsync();
        }

        return new Verdict(Ledgers, Backend.Read());

        // The spans between a job and its steps have not ended, and may arrive last.
        bool HasNoOrphan() => new Verdict(Ledgers, Backend.Read()).Orphans.Length == 0;
    }

    public async ValueTask DisposeAsync()
    {
        await Backend.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private (ChildProcess Process, string Ledger) Start(Framework framework)
    {
        int round = _started++;
        string ledger = Path.Combine(_directory, $"ledger-{round}");
        var plan = new WorkerPlan(framework, way, Backend.Endpoint, Storage, ledger, _name, round, maxBytes, payload);
        Dictionary<string, string> environment = [];
        if (way == Way.OpenTelemetryDisk)
        {
            environment["OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY"] = "disk";
            environment["OTEL_DOTNET_EXPERIMENTAL_OTLP_DISK_RETRY_DIRECTORY_PATH"] = Storage;
        }

        return (ChildProcess.StartDotnet([typeof(Workers).Assembly.Location, .. plan.ToArguments()], environment), ledger);
    }
}
