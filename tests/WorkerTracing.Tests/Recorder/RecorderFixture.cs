namespace WorkerTracing.Tests;

/// <summary>A recorder in a directory of its own, with small files and a clock that the test moves.</summary>
internal sealed class RecorderFixture : IDisposable
{
    public const long SmallestMaxBytes = 16 * 1024 * 1024;

    private readonly TemporaryDirectory? _owned;

    public RecorderFixture(
        string? directory = null,
        TestClock? time = null,
        TimeSpan? maxAge = null,
        string resource = "resource",
        bool register = true,
        bool recordRunningJobs = true)
    {
        _owned = directory is null ? new TemporaryDirectory() : null;
        Directory = directory ?? _owned!.Path;
        Time = time ?? new TestClock();
        var options = new FlightRecorderOptions
        {
            Directory = Directory,
            MaxBytes = SmallestMaxBytes,
            MaxAge = maxAge ?? TimeSpan.FromDays(3),
            RecordRunningJobs = recordRunningJobs,
        };
        Recorder = new FlightRecorder(options, Directory, Log, Time);
        Recorder.Tend();
        Exporter = new TextExporter { Resource = resource };
        Channel = register ? Recorder.Register(Exporter) : null!;
    }

    public LogLines Log { get; } = new();

    public TestClock Time { get; }

    public TextExporter Exporter { get; }

    public FlightRecorder Recorder { get; }

    public RecorderChannel Channel { get; }

    public string Directory { get; }

    /// <summary>Takes all records that no queue holds, as text.</summary>
    public string[] TakeTexts(int count = int.MaxValue, int bytes = int.MaxValue) =>
        [.. Take(count, bytes).Select(TextExporter.TextOf)];

    public List<TakenRecord> Take(int count = int.MaxValue, int bytes = int.MaxValue)
    {
        var taken = new List<TakenRecord>();
        Channel.Take(taken, count, bytes);
        return taken;
    }

    /// <summary>Ends the recorder and leaves the directory.</summary>
    public void Close() => Recorder.Close();

    public void Dispose()
    {
        Close();
        _owned?.Dispose();
    }
}
