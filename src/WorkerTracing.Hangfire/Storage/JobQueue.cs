using System.Globalization;
using Hangfire;
using Hangfire.Common;
using Hangfire.States;

namespace WorkerTracing;

/// <summary>The queue of a job by Hangfire's own rules, so that it is stored only where they do not give it.</summary>
internal static class JobQueue
{
    private static readonly JobFilterAttributeFilterProvider Attributes = new();

    /// <summary>
    /// Gets the queue that the job itself names: by its attribute, by the queue that it was enqueued to, or the default queue.
    /// </summary>
    public static string Of(Job? job)
    {
        if (job is null)
            return EnqueuedState.DefaultQueue;

        QueueAttribute? attribute = Attributes.GetFilters(job)
            .Select(static filter => filter.Instance)
            .OfType<QueueAttribute>()
            .LastOrDefault();
        return Resolve(
            job,
            attribute is null
                ? EnqueuedState.DefaultQueue
                : string.Format(CultureInfo.InvariantCulture, attribute.Queue, [.. job.Args]));
    }

    /// <summary>Gets the queue that the state puts the job into, or null where <see cref="Of"/> gives the same.</summary>
    public static string? Unexpected(Job? job, EnqueuedState enqueued) =>
        Resolve(job, enqueued.Queue) is var queue && queue == Of(job) ? null : queue;

    /// <summary>A state that names the default queue leaves the choice to the job.</summary>
    private static string Resolve(Job? job, string queue) =>
        job?.Queue is { } own && queue == EnqueuedState.DefaultQueue ? own : queue;
}
