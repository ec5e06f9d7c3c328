using System.Diagnostics;

namespace WorkerTracing;

/// <summary>The outcome of a job's attempt.</summary>
/// <param name="Result">The value of <c>workflow.execution.result</c>.</param>
/// <param name="ErrorType">The type of the exception of a failed job.</param>
/// <param name="Exception">The exception of a failed job.</param>
internal sealed record JobOutcome(string Result, string? ErrorType = null, Exception? Exception = null)
{
    public static readonly JobOutcome Success = new(SpanAttributes.Success);

    public static readonly JobOutcome Canceled = new(SpanAttributes.Cancellation);

    /// <summary>Returns canceled where <paramref name="jobToken"/> asked for the exception, else failed.</summary>
    public static JobOutcome Of(Exception exception, CancellationToken jobToken) =>
        jobToken.IsCancellationRequested && IsCancellation(exception) ? Canceled : Failed(exception);

    public static JobOutcome Failed(Exception exception) =>
        new(SpanAttributes.Failure, exception.GetType().FullName ?? exception.GetType().Name, exception);

    /// <summary>Records the outcome on the job's span.</summary>
    /// <param name="span">The span.</param>
    /// <param name="isFinal">Whether no further attempt follows a failed one; null where that is not known.</param>
    /// <param name="withException">Whether the exception is recorded as an event.</param>
    public void RecordOn(Activity span, bool? isFinal, bool withException)
    {
        span.SetTag(SpanAttributes.Result, Result);
        if (Exception is null)
            return;
        if (isFinal is { } final)
            span.SetTag(SpanAttributes.Final, final);
        span.SetTag(SpanAttributes.ErrorType, ErrorType);
        span.SetStatus(ActivityStatusCode.Error, SpanException.MessageOf(Exception));
        if (withException)
            SpanException.Record(span, Exception);
    }

    /// <summary>Returns true for a cancellation, also where a blocking wait has wrapped it in an <see cref="AggregateException"/>.</summary>
    private static bool IsCancellation(Exception exception) => exception is OperationCanceledException
        || (exception is AggregateException { InnerExceptions: { Count: > 0 } inner } && inner.All(IsCancellation));
}
