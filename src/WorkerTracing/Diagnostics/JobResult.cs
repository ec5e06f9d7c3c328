namespace WorkerTracing;

/// <summary>How a job ended.</summary>
/// <param name="Result">The value of <c>workflow.execution.result</c>: <c>success</c>, <c>failure</c> or <c>cancellation</c>.</param>
/// <param name="Duration">The time from the job's start to its end, without the flush.</param>
/// <param name="Exception">The exception of a failed job, or null.</param>
public sealed record JobResult(string Result, TimeSpan Duration, Exception? Exception)
{
    /// <summary>Gets a value that indicates whether the job failed.</summary>
    public bool IsFailure => Exception is not null;

    /// <summary>Gets a value that indicates whether the job was canceled.</summary>
    public bool IsCanceled => Result == SpanAttributes.Cancellation;
}
