using System.Diagnostics;

namespace WorkerTracing;

/// <summary>Decides whether a job continues the trace that enqueued it or links to it.</summary>
internal static class TraceRelationRule
{
    /// <param name="job">The job.</param>
    /// <param name="links">A copy of its links.</param>
    /// <param name="options">The options.</param>
    /// <param name="now">The time.</param>
    public static TraceRelation Resolve(JobInfo job, List<ActivityLink>? links, WorkerTracingOptions options, DateTimeOffset now)
    {
        if (options.Relation != TraceRelation.Auto)
            return options.Relation;
        if (job.Attempt > 1 && links is { Count: > 0 })
        {
            // The attempt before shows the decision of the first attempt: it is in the origin's trace, or in a trace of its own.
            return links[0].Context.TraceId == job.Origin.TraceId ? TraceRelation.Child : TraceRelation.Link;
        }

        // The age of the trace bounds it: jobs that enqueue each other would otherwise make one trace that never ends.
        bool ownTrace = job.Trigger is JobTrigger.Recurring or JobTrigger.Scheduled
            || now - job.EnqueuedAt > options.LinkAfter
            || now - TraceBeginning.Of(job.Origin) > options.LinkAfter;
        return ownTrace ? TraceRelation.Link : TraceRelation.Child;
    }
}
