using System.Diagnostics;

namespace WorkerTracing;

/// <summary>How a job's attempt went, and how that is said on its span and in the metrics.</summary>
/// <param name="Result">The value of <c>workflow.execution.result</c>.</param>
/// <param name="Exception">What the job threw, if it failed.</param>
internal sealed record JobOutcome(string Result, Exception? Exception)
{
    public static readonly JobOutcome Success = new(SpanAttributes.Success, null);

    public static readonly JobOutcome Canceled = new(SpanAttributes.Cancellation, null);

    public static JobOutcome Failed(Exception exception) => new(SpanAttributes.Failure, exception);

    /// <summary>Records the outcome on the job's span.</summary>
    /// <param name="span">The span.</param>
    /// <param name="isFinal">Whether no further attempt follows a failed one; null where that is not known.</param>
    public void RecordOn(Activity span, bool? isFinal)
    {
        span.SetTag(SpanAttributes.Result, Result);
        if (Exception is null)
            return;
        if (isFinal is { } final)
            span.SetTag(SpanAttributes.Final, final);
        span.SetTag(SpanAttributes.ErrorType, Exception.GetType().FullName);
        span.SetStatus(ActivityStatusCode.Error); // before anything of the exception's own code runs, which may throw
        span.SetStatus(ActivityStatusCode.Error, Exception.Message);
        span.AddException(Exception);
    }

    public void Measure(JobInfo job, TimeSpan duration)
    {
        if (!Telemetry.ExecutionDuration.Enabled && !Telemetry.ExecutionOutcome.Enabled)
            return;
        var tags = new TagList
        {
            { SpanAttributes.Platform, job.System },
            { SpanAttributes.Task, job.Name },
            { SpanAttributes.Result, Result },
        };
        if (Exception is not null)
            tags.Add(SpanAttributes.ErrorType, Exception.GetType().FullName);
        Telemetry.ExecutionDuration.Record(duration.TotalSeconds, tags);
        Telemetry.ExecutionOutcome.Add(1, tags);
    }
}
