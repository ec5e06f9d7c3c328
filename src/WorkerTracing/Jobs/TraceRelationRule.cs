namespace WorkerTracing;

/// <summary>Whether a job continues the trace that enqueued it or links to it.</summary>
internal static class TraceRelationRule
{
    public static TraceRelation Resolve(JobInfo job, WorkerTracingOptions options, DateTimeOffset now)
    {
        if (options.Relation != TraceRelation.Auto)
            return options.Relation;
        if (job.Attempt > 1 && job.Links is { Count: > 0 } links)
        {
            // The attempt before shows what the first one decided: it is in the origin's trace, or in one of its own.
            return links[0].Context.TraceId == job.Origin.TraceId ? TraceRelation.Child : TraceRelation.Link;
        }

        bool ownTrace = job.Trigger is JobTrigger.Recurring or JobTrigger.Scheduled || now - job.EnqueuedAt > options.LinkAfter;
        return ownTrace ? TraceRelation.Link : TraceRelation.Child;
    }
}
