using System.Diagnostics;
using MassTransit;

namespace WorkerTracing;

/// <summary>
/// The job of one consumer at one message, or one batch. Each attempt that MassTransit makes around the job's filter is a job of its own.
/// </summary>
/// <param name="description">What is run.</param>
/// <param name="trace">Its trace.</param>
/// <param name="delivery">The delivery that it belongs to.</param>
/// <param name="retry">The context of MassTransit's retry around the job, or null.</param>
internal sealed class MessageJob(JobDescription description, JobTrace trace, Delivery delivery, ConsumeRetryContext? retry)
{
    public JobDescription Description { get; } = description;

    public JobTrace Trace { get; } = trace;

    public Delivery Delivery { get; } = delivery;

    public ConsumeRetryContext? Retry { get; } = retry;

    /// <summary>This attempt, or the last one of the consumer's own retry inside the job.</summary>
    public ConsumeAttempt Attempt { get; set; } = new(trace.Job.Attempt, trace.Activity?.Context ?? default);

    /// <summary>The exception of the consumer's last attempt, before MassTransit wraps or handles it.</summary>
    public Exception? Failure { get; set; }

    /// <summary>True for a job that outlives the delivery, as a job consumer's does. Such a job flushes by itself.</summary>
    public bool IsDetached { get; init; }

    /// <summary>True if the consumer's own retry makes its attempts inside the job.</summary>
    public bool HasOwnRetry { get; set; }

    public bool IsStopped { get; private set; }

    /// <summary>True if the job is not recorded because its sender decided so.</summary>
    public bool IsSampledOut => Trace is { IsRecorded: false, Job.Origin: var origin }
        && origin != default
        && !origin.TraceFlags.HasFlag(ActivityTraceFlags.Recorded);

    /// <summary>Predicts the retries around the job; set by the first failed attempt.</summary>
    public RetryForecast? Forecast { get; set; }

    /// <summary>Predicts the consumer's own retries; set by the first failed attempt.</summary>
    public RetryForecast? OwnForecast { get; set; }

    /// <summary>
    /// Notes that the pipe inside has returned. The consumer has failed all the same where MassTransit handles its exception in there.
    /// </summary>
    public void Complete()
    {
        if (Failure is not { } failure || !(Description.HidesFailures || Delivery.IsRedelivered))
            return;
        Trace.IsFinalAttempt = !Delivery.IsRedelivered;
        Trace.Fail(OwnException(failure), CancellationToken.None);
    }

    /// <summary>Notes that the pipe inside has thrown.</summary>
    public void Fail(Exception exception, ConsumeContext context)
    {
        Trace.Fail(OwnException(Failure ?? exception), context.CancellationToken);

        // Last, because the retry policy can run the application's own code.
        Trace.IsFinalAttempt = RetryForecast.IsFinal(context, exception, Description, Forecast, out RetryForecast? forecast);
        Forecast = forecast;
    }

    public void Stop()
    {
        Trace.Stop();
        IsStopped = true;
    }

    /// <summary>Unwraps the exceptions that MassTransit puts around those of a saga's state machine.</summary>
    public static Exception OwnException(Exception exception) =>
        exception is EventExecutionException or SagaException && exception.InnerException is { } inner ? inner : exception;
}
