namespace WorkerTracing;

/// <summary>What made a job run. Recorded as <c>workflow.trigger.type</c>.</summary>
public enum JobTrigger
{
    /// <summary>Code of this process ran it directly.</summary>
    Manual,

    /// <summary>It was handed to a queue, to run as soon as a worker is free.</summary>
    Enqueued,

    /// <summary>It was handed in to run at a later time.</summary>
    Scheduled,

    /// <summary>A schedule runs it again and again; no single caller asked for this run.</summary>
    Recurring,

    /// <summary>A message of a broker was consumed.</summary>
    Message,
}
