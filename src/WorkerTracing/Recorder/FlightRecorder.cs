using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace WorkerTracing;

/// <summary>
/// Keeps recorded spans and running jobs in files that outlive the process. One recorder serves a directory and process, whatever the
/// number of its exporters.
/// </summary>
internal sealed class FlightRecorder : IDisposable
{
    private const int MaxSegmentSize = 8 * 1024 * 1024;
    private const int SegmentsInMaxBytes = 4;
    private const int SegmentAlignment = 64 * 1024;

    private static readonly TimeSpan TendInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMinutes(1);

    /// <summary>How long the start waits for the first file. A disk that hangs does not keep the application from starting.</summary>
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(5);

    private readonly Lock _sync = new();
    private readonly string _root;
    private readonly int _segmentSize;
    private readonly ILogger _log;
    private readonly RecorderClock _clock;
    private readonly RecorderFailure _failure;
    private readonly DiskUse _use;
    private readonly RecordSegments _segments = new();
    private readonly RecordReader _reader;
    private readonly SegmentLog _records;
    private readonly RecorderThread _thread;
    private readonly ManualResetEventSlim _isStarted = new();
    private readonly List<OwnDirectory> _givenUp = []; // written under _sync: deleted by someone, with records that are not done
    private OwnDirectory? _own; // written under _sync
    private TimeSpan? _failedAt; // written under _sync: when the disk has refused something last
    private bool _isClosed; // written under _sync

    internal FlightRecorder(FlightRecorderOptions options, string root, ILogger log, TimeProvider time)
    {
        Options = options;
        _root = root;
        _log = log;
        _clock = new RecorderClock(time);
        _failure = new RecorderFailure(options.Directory, log);
        _use = new DiskUse(options.MaxBytes);
        _segmentSize = (int)Math.Min(MaxSegmentSize, options.MaxBytes / SegmentsInMaxBytes & -SegmentAlignment);
        _reader = new RecordReader(_segments, Counts, _clock, options.MaxAge);
        _thread = new RecorderThread("WorkerTracing recorder", TendInterval, Tend, log);
        _records = new SegmentLog(_segmentSize, _thread.Wake);
    }

    public FlightRecorderOptions Options { get; }

    /// <summary>Gets the bytes of the files, of those taken over too.</summary>
    public long Bytes => _use.Bytes;

    /// <summary>Gets the time of the oldest record that is not done; null where there is none.</summary>
    public DateTimeOffset? Oldest => null;

    /// <summary>Gets why nothing is recorded now; null while spans are recorded.</summary>
    public string? Failure => _failure.Text;

    public RecorderCounts Counts { get; } = new();

    internal RecordedExporters Exporters { get; } = new();

    /// <summary>Gets how many spans were not recorded since the start, by reason: the disk or the recorder is full, and so on.</summary>
    public IReadOnlyDictionary<string, long> Unrecorded => new Dictionary<string, long>();

    /// <summary>Gets how many records were dropped since the start because they were older than <see cref="FlightRecorderOptions.MaxAge"/>.</summary>
    public long Expired => 0;

    /// <summary>Gets the recorder of a directory. Never throws for the state of the disk: recording starts when the disk allows it.</summary>
    /// <remarks>
    /// Each call needs a <see cref="Dispose"/>. The last one gives up the sub-directory of the process. Waits for the first file, at most 5 s.
    /// </remarks>
    public static FlightRecorder Open(FlightRecorderOptions options, ILogger log, TimeProvider time) =>
        FlightRecorders.Open(options, log, time);

    /// <summary>Adds an exporter.</summary>
    public RecorderChannel Register(IRecordedSpanExporter exporter) => new(this, _records, _reader, AddExporter(exporter), exporter, _log);

    /// <summary>
    /// Takes over the directories of processes that have ended. Called in the background, at the start and then each minute. Closes the
    /// spans of their running jobs.
    /// </summary>
    /// <returns>The jobs that the call has found.</returns>
    public IReadOnlyList<AbandonedJob> Adopt() => [];

    /// <summary>Finds a job that ended with its process, once.</summary>
    public AbandonedJob? FindAbandoned(string key) => null;

    /// <inheritdoc/>
    public void Dispose() => FlightRecorders.Release(this);

    /// <summary>Starts the thread, and waits for the first file.</summary>
    internal void Start()
    {
        _thread.TryStart();
        _isStarted.Wait(StartTimeout);
    }

    /// <summary>Gives up the sub-directory. Deletes it if nothing is left in it.</summary>
    internal void Close()
    {
        _thread.Dispose();
        lock (_sync)
        {
            _isClosed = true;
            _records.Clear(UnrecordedReason.Unavailable);
            foreach (OwnDirectory directory in _givenUp)
                directory.Retire();
            _own?.Close();
            _own = null;
        }
    }

    /// <summary>A record was the last one of its segment that was not done.</summary>
    internal void OnSegmentDone()
    {
        if (_records.IsShort)
            _thread.Wake();
    }

    /// <summary>
    /// Keeps the files of this process: called each second, and when a segment is needed. Does not throw for the state of the disk.
    /// </summary>
    internal void Tend()
    {
        lock (_sync)
        {
            if (_isClosed)
                return;
            try
            {
                LeaveDeletedDirectory();
                if (MayTry)
                    TendFiles();
            }
            catch (Exception exception) when (RecorderFailure.IsOfDisk(exception))
            {
                _failedAt = _clock.Elapsed;
                if (IsRecording)
                    Log.RecorderCannotGrow(_log, Options.Directory, exception.Message);
                else
                    _failure.Set(exception.GetType().Name, exception.Message);
            }
        }

        _isStarted.Set();
    }

    private bool IsRecording => _records.Current is not null && !(_records.IsShort && _records.Spares == 0);

    private bool MayTry => _failedAt is not { } failed || _clock.Elapsed - failed >= RetryInterval;

    private void TendFiles()
    {
        _own ??= OwnDirectory.Create(
            _root, _clock.Now, path => new SegmentSupply(path, _segmentSize, _segments, Exporters, _records, _use));
        _own.Tend();
        _failedAt = null;
        if (IsRecording)
            _failure.Clear();
        else
            _failure.Set(UnrecordedReason.MaxBytes, $"The files have reached MaxBytes ({Options.MaxBytes}).");
    }

    /// <summary>Records in a deleted directory would be lost with the process: the spans of now on go to a new one.</summary>
    private void LeaveDeletedDirectory()
    {
        foreach (OwnDirectory directory in _givenUp)
            directory.Retire();
        _givenUp.RemoveAll(static directory => !directory.HasRecords);
        if (_own is not { Exists: false } deleted)
            return;
        _failure.Set(nameof(DirectoryNotFoundException), "The directory was deleted.");
        _records.Clear(UnrecordedReason.Unavailable);
        _givenUp.Add(deleted);
        _own = null;
        _failedAt = null;
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to the exporter's name: without one, its spans are not recorded.")]
    private RecordedExporter? AddExporter(IRecordedSpanExporter exporter)
    {
        try
        {
            return Exporters.Add(exporter.RecordName);
        }
        catch (Exception exception)
        {
            Log.TracingThrew(_log, nameof(Register), exception);
            return null;
        }
    }
}
