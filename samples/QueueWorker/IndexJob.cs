using WorkerTracing;

namespace QueueWorker;

/// <summary>One piece of queued work, with the trace of whoever asked for it.</summary>
internal sealed record IndexJob(string Id, string Folder, JobOrigin Origin, DateTimeOffset EnqueuedAt)
{
    public static IndexJob For(string folder)
        => new(Guid.NewGuid().ToString("n")[..8], folder, JobOrigin.Current, TimeProvider.System.GetUtcNow());

    /// <summary>
    /// What tracing is told: the origin makes the job's trace continue the request's, or link to it when the job comes late.
    /// </summary>
    public JobInfo Describe() => new()
    {
        System = "hosted",
        Name = "index-markdown",
        Id = Id,
        Queue = "jobs",
        Trigger = JobTrigger.Enqueued,
        EnqueuedAt = EnqueuedAt,
        Origin = Origin.Context,
        Baggage = Origin.Baggage,
    };
}
