using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace WorkerTracing;

/// <summary>
/// Keeps recorded spans and running jobs in files that outlive the process. One recorder serves a directory and process, whatever the
/// number of its exporters.
/// </summary>
internal sealed class FlightRecorder : IDisposable
{
    private static readonly TimeSpan TendInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ExpiryInterval = TimeSpan.FromMinutes(1);

    /// <summary>How long the start waits for the first file. A disk that hangs does not keep the application from starting.</summary>
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(5);

    private readonly ILogger _log;
    private readonly RecorderClock _clock;
    private readonly DiskUse _use;
    private readonly OwnFiles _own;
    private readonly Adoption _adoption;
    private readonly RecordReader _reader;
    private readonly RecordedExporters _exporters;
    private readonly RecorderThread _thread;
    private readonly ManualResetEventSlim _isStarted = new();
    private TimeSpan _expiredAt; // written by the thread

    internal FlightRecorder(FlightRecorderOptions options, string root, ILogger log, TimeProvider time)
    {
        var segments = new RecordSegments();
        var openSpans = new OpenSpanStore { IsEnabled = options.RecordRunningJobs };
        Options = options;
        _log = log;
        _clock = new RecorderClock(time);
        _use = new DiskUse(options.MaxBytes);
        _exporters = new RecordedExporters(openSpans);
        _thread = new RecorderThread("WorkerTracing recorder", TendInterval, Tend, log);
        _own = new OwnFiles(options, root, _clock, _use, segments, openSpans, _exporters, _thread.Wake, log);
        _reader = new RecordReader(segments, Counts, _clock, options.MaxAge);
        _adoption = new Adoption(root, 2L * _own.SegmentSize, segments, _exporters, Counts, _use, _clock, log);
    }

    public FlightRecorderOptions Options { get; }

    /// <summary>Gets the bytes of the files, of those taken over too.</summary>
    public long Bytes => _use.Bytes;

    /// <summary>Gets the time of the oldest record that is not done; null where there is none.</summary>
    public DateTimeOffset? Oldest => _reader.FindOldest();

    /// <summary>Gets why nothing is recorded now; null while spans are recorded.</summary>
    public string? Failure => _own.Failure;

    /// <summary>Gets how many spans were not recorded since the start, by <see cref="UnrecordedReason"/>.</summary>
    public IReadOnlyDictionary<string, long> Unrecorded => Counts.Unrecorded;

    /// <summary>
    /// Gets how many records were dropped since the start because they were older than <see cref="FlightRecorderOptions.MaxAge"/>.
    /// </summary>
    public long Expired => Counts.Expired;

    public RecorderCounts Counts { get; } = new();

    /// <summary>Gets the recorder of a directory. Never throws for the state of the disk: recording starts when the disk allows it.</summary>
    /// <remarks>
    /// Each call needs a <see cref="Dispose"/>. The last one gives up the sub-directory of the process. Waits for the first file, at most 5 s.
    /// </remarks>
    public static FlightRecorder Open(FlightRecorderOptions options, ILogger log, TimeProvider time) =>
        FlightRecorders.Open(options, log, time);

    /// <summary>Adds an exporter. It may be added after an adoption: it gets the records that were found then.</summary>
    public RecorderChannel Register(IRecordedSpanExporter exporter)
    {
        RecordedExporter? recorded = AddExporter(exporter);
        _adoption.Tend();
        return new RecorderChannel(this, _own.Records, _reader, recorded, exporter, _log);
    }

    /// <summary>
    /// Takes over the directories of processes that have ended. Called in the background, at the start and then each minute. Closes the
    /// spans of their running jobs.
    /// </summary>
    /// <returns>The jobs that the call has found.</returns>
    public IReadOnlyList<AbandonedJob> Adopt() => _adoption.Adopt();

    /// <summary>Finds a job that ended with its process, once.</summary>
    public AbandonedJob? TakeAbandoned(string key) => _adoption.TakeJob(key);

    /// <inheritdoc/>
    public void Dispose() => FlightRecorders.Release(this);

    /// <summary>Starts the thread, and waits for the first file.</summary>
    internal void Start()
    {
        _thread.TryStart();
        _isStarted.Wait(StartTimeout);
    }

    /// <summary>Gives up the directories. Deletes those in which nothing is left.</summary>
    internal void Close()
    {
        _thread.Dispose();
        _adoption.Close();
        _own.Close();
    }

    /// <summary>A record was the last one of its segment that was not done.</summary>
    internal void OnSegmentDone()
    {
        if (_own.Records.IsShort)
            _thread.Wake();
    }

    /// <summary>Does what is due: called each second, and when a segment is needed.</summary>
    internal void Tend()
    {
        _own.Tend();
        _isStarted.Set();
        foreach (RecordedExporter exporter in _exporters.All)
            exporter.OpenSpans.RemoveEnded();
        _adoption.Tend();
        if (_clock.Elapsed - _expiredAt < ExpiryInterval)
            return;
        _expiredAt = _clock.Elapsed;
        _reader.DropExpired(_exporters.All);
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to the exporter's name: without one, its spans are not recorded.")]
    private RecordedExporter? AddExporter(IRecordedSpanExporter exporter)
    {
        try
        {
            RecordedExporter? added = _exporters.Add(exporter.RecordName);
            if (added is not null)
                added.Registered = exporter;
            return added;
        }
        catch (Exception exception)
        {
            Log.TracingThrew(_log, nameof(Register), exception);
            return null;
        }
    }
}
