namespace WorkerTracing;

/// <summary>Specifies how the end of a job delivers its trace.</summary>
/// <remarks>
/// The mode is chosen by <see cref="JobInfo.Flush"/>, else <see cref="WorkerTracingOptions.FlushSelector"/>, else
/// <see cref="FlushTraceAttribute"/>, else <see cref="WorkerTracingOptions.Flush"/>. In each mode, automatic export continues:
/// on schedule, at the queue threshold and at shutdown.
/// </remarks>
public enum FlushMode
{
    /// <summary>The trace is sent with the next automatic export.</summary>
    None,

    /// <summary>An export starts when the trace's outermost span ends. The job does not wait for it.</summary>
    Background,

    /// <summary>
    /// The job's end waits, at most <see cref="WorkerTracingOptions.FlushTimeout"/>, until the exporter has answered for its trace.
    /// </summary>
    Wait,
}
