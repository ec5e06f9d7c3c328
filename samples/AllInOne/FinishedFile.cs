using WorkerTracing;

namespace AllInOne;

/// <summary>A file that has been written, with the trace of whoever wrote it.</summary>
internal sealed record FinishedFile(Guid ExportId, string Path, JobOrigin Origin, DateTimeOffset EnqueuedAt)
{
    public static FinishedFile Of(Guid export, string path) => new(export, path, JobOrigin.Current, TimeProvider.System.GetUtcNow());

    /// <summary>
    /// What tracing is told. The chain ends here: this job waits until its trace, and what is queued of the jobs before it, has been
    /// delivered.
    /// </summary>
    public JobInfo Describe() => new()
    {
        System = "hosted",
        Name = "compress",
        Id = ExportId.ToString(),
        Queue = "finished-files",
        Trigger = JobTrigger.Enqueued,
        EnqueuedAt = EnqueuedAt,
        Origin = Origin.Context,
        Baggage = Origin.Baggage,
        Flush = FlushMode.Wait,
    };
}
