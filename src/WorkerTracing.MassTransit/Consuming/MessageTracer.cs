using MassTransit;
using MassTransit.RetryPolicies;

namespace WorkerTracing;

/// <summary>
/// Begins and ends the jobs of a bus, behind the failure boundary: an exception in here leaves a message untraced, and changes nothing
/// else about it.
/// </summary>
internal sealed class MessageTracer(JobTracer tracer)
{
    /// <summary>The name of MassTransit's own activity source.</summary>
    public const string MassTransitSource = "MassTransit";

    public FailureBoundary Boundary { get; } = new(tracer, "MassTransit");

    /// <summary>Begins the job of one consumer and makes its span current.</summary>
    /// <returns>Null if that failed.</returns>
    public MessageJob? Begin<TMessage>(ConsumeContext<TMessage> context, JobDescription description)
        where TMessage : class =>
        Boundary.Run(
            (tracer, context, description),
            static MessageJob? (it) => Begin(it.tracer, it.context, it.description),
            fallback: null);

    /// <inheritdoc cref="MessageJob.Complete"/>
    public void Complete(MessageJob? job) => Boundary.Run(job, static it => it?.Complete());

    /// <inheritdoc cref="MessageJob.Fail"/>
    public void Fail(MessageJob? job, Exception exception, ConsumeContext context) =>
        Boundary.Run((job, exception, context), static it => it.job?.Fail(it.exception, it.context));

    /// <summary>Ends the job's span.</summary>
    public void Stop(MessageJob? job) => Boundary.Run(job, static it => it?.Stop());

    /// <summary>Flushes one job that has ended, as its mode says.</summary>
    public ValueTask FlushAsync(MessageJob job) => Boundary.RunAsync(job, static it => it.Trace.DisposeAsync());

    /// <summary>Begins an attempt of the retry that is configured on the consumer itself, and so runs inside the job.</summary>
    /// <returns>Null if the consumer has no retry, or if this failed.</returns>
    public JobTrace? BeginAttempt(MessageJob job, ConsumeContext context) =>
        Boundary.Run(
            (tracer, Boundary, job, context),
            static JobTrace? (it) => BeginAttempt(it.tracer, it.Boundary, it.job, it.context),
            fallback: null);

    /// <summary>Marks an attempt inside the job as failed or canceled.</summary>
    public void FailAttempt(JobTrace? attempt, MessageJob job, Exception exception, ConsumeContext context) =>
        Boundary.Run((attempt, job, exception, context), static it =>
        {
            if (it.attempt is not { } attempt)
                return;
            attempt.Fail(MessageJob.OwnException(it.exception), it.context.CancellationToken);
            attempt.IsFinalAttempt =
                RetryForecast.IsFinal(it.context, it.exception, it.job.Description, it.job.OwnForecast, out RetryForecast? forecast);
            it.job.OwnForecast = forecast;
        });

    /// <summary>Ends the span of an attempt inside the job.</summary>
    public void StopAttempt(JobTrace? attempt) => Boundary.Run(attempt, static it => it?.Stop());

    private static MessageJob Begin<TMessage>(JobTracer tracer, ConsumeContext<TMessage> context, JobDescription description)
        where TMessage : class
    {
        var delivery = Delivery.Begin(context);
        context.TryGetPayload(out ConsumeRetryContext? retry);
        MessageJob? before = delivery.Latest(description);
        JobInfo info = MassTransitJobInfo.From(context, description, delivery, before);
        Delivery[] others = context.Message is IEnumerable<ConsumeContext> batch ? [.. batch.Select(Delivery.Begin).Distinct()] : [];

        var job = new MessageJob(description, tracer.Start(info), delivery, retry)
        {
            IsDetached = context.HasPayloadType(typeof(JobContext)),
            Forecast = before?.Forecast,
        };
        if (job.Trace is { IsRecorded: true, Activity: { } span })
            MessageAttributes.Set(span, context);
        delivery.Add(job);
        foreach (Delivery other in others)
        {
            if (!ReferenceEquals(other, delivery))
                other.Add(job);
        }

        return job;
    }

    private static JobTrace? BeginAttempt(JobTracer tracer, FailureBoundary boundary, MessageJob job, ConsumeContext context)
    {
        if (context.TryGetPayload(out INotifyJobContext? notified) && context.HasPayloadType(typeof(JobContext)))
            context.AddOrUpdatePayload<INotifyJobContext>(
                () => new JobNotifications(notified, job, boundary),
                known => new JobNotifications(known, job, boundary));
        if (!context.TryGetPayload(out ConsumeRetryContext? retry) || ReferenceEquals(retry, job.Retry) || IsRedelivery(retry))
            return null;

        JobTrace attempt = tracer.Start(MassTransitJobInfo.FromInnerAttempt(job));
        job.Attempt = new ConsumeAttempt(attempt.Job.Attempt, attempt.Activity?.Context ?? default);
        job.HasOwnRetry = true;
        return attempt;
    }

    /// <summary>Returns true for the context of a redelivery, which is a retry's context by type but makes no second attempt.</summary>
    private static bool IsRedelivery(ConsumeRetryContext retry) =>
        retry.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(RedeliveryRetryConsumeContext<>);
}
