namespace WorkerTracing;

/// <summary>Options of the flight recorder, which keeps recorded spans and running jobs in files that outlive the process.</summary>
public sealed class FlightRecorderOptions
{
    /// <summary>
    /// Gets or sets the directory of the recorder. It is created where it does not exist. Processes may share one: each has a
    /// sub-directory, and takes over those of processes that have ended.
    /// </summary>
    /// <value>Required. A relative path counts from the current directory.</value>
    public string Directory { get; set; } = "";

    /// <summary>Gets or sets how many bytes the files of a process, and those that it has taken over, may have together.</summary>
    /// <value>The default is 268,435,456 (256 MiB). At least 16 MiB. Beyond it, spans are kept in memory only, and counted.</value>
    public long MaxBytes { get; set; } = 256L * 1024 * 1024;

    /// <summary>Gets or sets how long a span that could not be delivered is kept. Older ones are dropped, and counted.</summary>
    /// <value>The default is 3 days. Positive.</value>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromDays(3);

    /// <summary>Gets or sets whether running jobs are recorded, so that a job that died with its process is reported by the next.</summary>
    /// <value>The default is true.</value>
    public bool RecordRunningJobs { get; set; } = true;
}
