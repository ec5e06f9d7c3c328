using Microsoft.Extensions.Logging;

namespace WorkerTracing;

/// <summary>
/// Keeps the files of this process in order, each second: prepares them, makes them again when they are deleted, and tries again when the
/// disk has failed. It is the boundary to the disk: the failure is a state that can be read.
/// </summary>
internal sealed class OwnFiles
{
    private const int MaxSegmentSize = 8 * 1024 * 1024;
    private const int SegmentsInMaxBytes = 4;
    private const int SegmentAlignment = 64 * 1024;

    private static readonly TimeSpan RetryInterval = TimeSpan.FromMinutes(1);

    private readonly Lock _sync = new();
    private readonly FlightRecorderOptions _options;
    private readonly string _root;
    private readonly RecorderClock _clock;
    private readonly RecorderFailure _failure;
    private readonly DiskUse _use;
    private readonly RecordSegments _segments;
    private readonly OpenSpanStore _openSpans;
    private readonly RecordedExporters _exporters;
    private readonly List<OwnDirectory> _left = []; // written under _sync: deleted by someone, with records that are not done
    private OwnDirectory? _own; // written under _sync
    private TimeSpan? _failedAt; // written under _sync: when the disk has refused something last
    private bool _isClosed; // written under _sync

    public OwnFiles(
        FlightRecorderOptions options,
        string root,
        RecorderClock clock,
        DiskUse use,
        RecordSegments segments,
        OpenSpanStore openSpans,
        RecordedExporters exporters,
        Action wake,
        ILogger log)
    {
        _options = options;
        _root = root;
        _clock = clock;
        _failure = new RecorderFailure(options.Directory, log);
        _use = use;
        _segments = segments;
        _openSpans = openSpans;
        _exporters = exporters;
        SegmentSize = (int)Math.Min(MaxSegmentSize, options.MaxBytes / SegmentsInMaxBytes & -SegmentAlignment);
        Records = new SegmentLog(SegmentSize, wake);
    }

    public int SegmentSize { get; }

    public SegmentLog Records { get; }

    /// <summary>Gets why nothing is recorded now; null while spans are recorded.</summary>
    public string? Failure => _failure.Text;

    /// <summary>Does what is due. Does not throw for the state of the disk.</summary>
    public void Tend()
    {
        lock (_sync)
        {
            if (_isClosed)
                return;
            try
            {
                _openSpans.Beat(_clock.Now.UtcDateTime);
                LeaveDeletedDirectory();
                TendOwn(mayCreate: _failedAt is not { } failed || _clock.Elapsed - failed >= RetryInterval);
            }
            catch (Exception exception) when (RecorderFailure.IsOfDisk(exception))
            {
                Fail(exception);
            }
        }
    }

    /// <summary>Gives up the sub-directory. Deletes it if nothing is left in it.</summary>
    public void Close()
    {
        lock (_sync)
        {
            _isClosed = true;
            Records.Clear(UnrecordedReason.Unavailable);
            foreach (OwnDirectory directory in _left)
                directory.Retire();
            _own?.Close();
            _own = null;
        }
    }

    private void TendOwn(bool mayCreate)
    {
        if (_own is not null)
            _own.Tend(mayCreate);
        else if (mayCreate)
            Create();
        if (mayCreate)
            _failedAt = null;
        if (Records.HasRoom)
            _failure.Clear();
        else if (_failedAt is null)
            _failure.Set(UnrecordedReason.MaxBytes, $"The files have reached MaxBytes ({_options.MaxBytes}).");
    }

    private void Create()
    {
        _own = OwnDirectory.Create(
            _root,
            _clock.Now,
            path => new SegmentSupply(path, SegmentSize, _segments, _exporters, Records, _use),
            _openSpans,
            _use);
        _own.Tend(mayCreate: true);
        _openSpans.Take(_exporters.All.SelectMany(static exporter => exporter.OpenSpans.All));
    }

    private void Fail(Exception exception)
    {
        _failedAt = _clock.Elapsed;
        if (Records.HasRoom)
            _failure.Warn(exception.GetType().Name, exception.Message);
        else
            _failure.Set(exception.GetType().Name, exception.Message);
    }

    /// <summary>Records in a deleted directory would be lost with the process: further spans go to a new one.</summary>
    private void LeaveDeletedDirectory()
    {
        foreach (OwnDirectory directory in _left)
            directory.Retire();
        _left.RemoveAll(static directory => !directory.HasRecords);
        if (_own is not { Exists: false } deleted)
            return;
        _failure.Set(nameof(DirectoryNotFoundException), "The directory was deleted.");
        Records.Clear(UnrecordedReason.Unavailable);
        deleted.Leave();
        _left.Add(deleted);
        _own = null;
        _failedAt = null;
    }
}
