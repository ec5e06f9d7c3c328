using Microsoft.Extensions.Logging;

namespace WorkerTracing;

/// <summary>
/// Keeps recorded spans and running jobs in files that outlive the process. One recorder serves a directory and process, whatever the
/// number of its exporters.
/// </summary>
internal sealed class FlightRecorder : IDisposable
{
    private FlightRecorder(FlightRecorderOptions options) => Options = options;

    public FlightRecorderOptions Options { get; }

    /// <summary>Gets the bytes of the files, of those taken over too.</summary>
    public long Bytes => 0;

    /// <summary>Gets the time of the oldest record that is not done; null where there is none.</summary>
    public DateTimeOffset? Oldest => null;

    /// <summary>Gets why nothing is recorded now; null while spans are recorded.</summary>
    public string? Failure => null;

    /// <summary>Gets how many spans were not recorded since the start, by reason: the disk or the recorder is full, and so on.</summary>
    public IReadOnlyDictionary<string, long> Unrecorded => new Dictionary<string, long>();

    /// <summary>Gets how many records were dropped since the start because they were older than <see cref="FlightRecorderOptions.MaxAge"/>.</summary>
    public long Expired => 0;

    /// <summary>Gets the recorder of a directory. Never throws for the state of the disk: recording starts when the disk allows it.</summary>
    /// <remarks>Each call needs a <see cref="Dispose"/>. The last one gives up the sub-directory of the process.</remarks>
    public static FlightRecorder Open(FlightRecorderOptions options, ILogger log, TimeProvider time) => new(options);

    /// <summary>Adds an exporter.</summary>
    public RecorderChannel Register(IRecordedSpanExporter exporter) => new(this, exporter);

    /// <summary>
    /// Takes over the directories of processes that have ended. Called in the background, at the start and then each minute. Closes the
    /// spans of their running jobs.
    /// </summary>
    /// <returns>The jobs that the call has found.</returns>
    public IReadOnlyList<AbandonedJob> Adopt() => [];

    /// <summary>Finds a job that ended with its process, once.</summary>
    public AbandonedJob? FindAbandoned(string key) => null;

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
