namespace WorkerTracing;

/// <summary>Specifies the event that made a job run. Recorded as <c>workflow.trigger.type</c>.</summary>
public enum JobTrigger
{
    /// <summary>Code of this process ran it directly. Recorded as <c>manual</c>.</summary>
    Manual,

    /// <summary>It was handed to a queue, to run as soon as a worker is free. Recorded as <c>api</c>.</summary>
    Enqueued,

    /// <summary>It was enqueued to run at a later time. Recorded as <c>schedule</c>.</summary>
    Scheduled,

    /// <summary>A schedule runs it repeatedly; no single caller asked for this run. Recorded as <c>cron</c>.</summary>
    Recurring,

    /// <summary>A message of a broker was consumed. Recorded as <c>message</c>.</summary>
    Message,
}
