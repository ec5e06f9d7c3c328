namespace WorkerTracing;

/// <summary>Specifies how a job's trace relates to the trace that enqueued it.</summary>
public enum TraceRelation
{
    /// <summary>
    /// <see cref="Child"/>, but <see cref="Link"/> if the job is recurring or scheduled, or if it begins more than
    /// <see cref="WorkerTracingOptions.LinkAfter"/> after <see cref="JobInfo.EnqueuedAt"/> or after the beginning of the origin's trace. A
    /// retry keeps the relation of the first attempt where <see cref="JobInfo.Links"/> shows it.
    /// </summary>
    Auto,

    /// <summary>The job continues the trace that enqueued it.</summary>
    Child,

    /// <summary>The job starts a trace of its own, with a link to the one that enqueued it.</summary>
    Link,
}
