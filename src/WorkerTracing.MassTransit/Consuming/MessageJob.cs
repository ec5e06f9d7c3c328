using MassTransit;

namespace WorkerTracing;

/// <summary>The job of one consumer at one message (or one batch). MassTransit's retries around it make one each.</summary>
/// <param name="description">What is run.</param>
/// <param name="trace">Its trace.</param>
/// <param name="delivery">The delivery that it belongs to.</param>
/// <param name="retry">MassTransit's retry around it, where there is one.</param>
internal sealed class MessageJob(JobDescription description, JobTrace trace, Delivery delivery, ConsumeRetryContext? retry)
{
    public JobDescription Description { get; } = description;

    public JobTrace Trace { get; } = trace;

    public ConsumeRetryContext? Retry { get; } = retry;

    /// <summary>This attempt, or the last one of the consumer's own retry inside it.</summary>
    public ConsumeAttempt Attempt { get; set; } = new(trace.Job.Attempt, trace.Activity?.Context ?? default);

    /// <summary>What the consumer itself threw in its last attempt.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Whether the job outlives the delivery, as a job consumer's does: then it flushes by itself.</summary>
    public bool IsDetached { get; init; }

    /// <summary>Whether the consumer retries by itself, inside the job.</summary>
    public bool HasOwnRetry { get; set; }

    public bool IsStopped { get; private set; }

    /// <summary>
    /// The pipe inside has returned. Where MassTransit answers for failures in there, that does not mean that the consumer succeeded.
    /// </summary>
    public void Complete()
    {
        if (Failure is { } failure && (Description.HidesFailures || delivery.IsRedelivered))
            Trace.FailWithOwn(failure, CancellationToken.None);
    }

    public void Fail(Exception exception, CancellationToken jobsOwn) => Trace.FailWithOwn(Failure ?? exception, jobsOwn);

    public void Stop()
    {
        Trace.Stop();
        IsStopped = true;
    }
}
