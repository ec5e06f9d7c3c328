namespace WorkerTracing;

/// <summary>What the end of a job does about the delivery of its trace.</summary>
/// <remarks>
/// The mode is chosen by <see cref="JobInfo.Flush"/>, else <see cref="WorkerTracingOptions.FlushSelector"/>, else
/// <see cref="FlushTraceAttribute"/>, else <see cref="WorkerTracingOptions.Flush"/>. Whatever is chosen, automatic export goes
/// on: on schedule, at the queue threshold and at shutdown.
/// </remarks>
public enum FlushMode
{
    /// <summary>Nothing is forced: the trace leaves with the next automatic export.</summary>
    None,

    /// <summary>An export starts the moment the trace's outermost span ends. The job does not wait for it.</summary>
    Background,

    /// <summary>
    /// The job's end waits, at most <see cref="WorkerTracingOptions.FlushTimeout"/>, until the exporter has answered for its trace.
    /// </summary>
    Wait,
}
