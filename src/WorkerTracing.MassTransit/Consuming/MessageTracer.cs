using System.Diagnostics.CodeAnalysis;
using MassTransit;
using MassTransit.RetryPolicies;

namespace WorkerTracing;

/// <summary>
/// Translates MassTransit's contexts into jobs. The boundary of the package: what fails in here leaves a message untraced, and nothing
/// else.
/// </summary>
[SuppressMessage("Design", "CA1031", Justification = "The failure boundary: a message is consumed and sent, traced or not.")]
internal sealed class MessageTracer(JobTracer tracer)
{
    /// <summary>MassTransit's own activity source.</summary>
    public const string MassTransitSource = "MassTransit";

    /// <summary>Begins the job of one consumer and makes its span current.</summary>
    /// <returns>Null where that failed.</returns>
    public MessageJob? Begin<TMessage>(ConsumeContext<TMessage> context, JobDescription description)
        where TMessage : class
    {
        try
        {
            var delivery = Delivery.Begin(context);
            context.TryGetPayload(out ConsumeRetryContext? retry);
            MessageJob? before = delivery.Latest(description);
            var batch = context.Message as IEnumerable<ConsumeContext>;
            bool detached = context.TryGetPayload(out JobContext? jobContext);
            JobInfo info = batch is not null ? MassTransitJobInfo.OfBatch(batch, description, before)
                : jobContext is not null ? MassTransitJobInfo.OfJobConsumer(context, context.Message, jobContext, description)
                : MassTransitJobInfo.OfMessage(context, context.Message, description, before);

            var job = new MessageJob(description, tracer.Start(info), delivery, retry) { IsDetached = detached };
            if (job.Trace is { IsRecorded: true, Activity: { } span })
                span.SetTag("messaging.system", MassTransitJobInfo.MessagingSystem(context)).SetTag("messaging.operation.type", "process");
            delivery.Add(job);
            foreach (ConsumeContext message in batch ?? [])
            {
                var other = Delivery.Begin(message);
                if (!ReferenceEquals(other, delivery))
                    other.Add(job);
            }

            return job;
        }
        catch (Exception exception)
        {
            Report(exception);
            return null;
        }
    }

    /// <summary>Begins an attempt of the retry that is configured on the consumer itself, and so runs inside the job.</summary>
    /// <returns>Null where the consumer has no retry, or this failed.</returns>
    public JobTrace? BeginAttempt(MessageJob job, ConsumeContext context)
    {
        try
        {
            if (context.TryGetPayload(out INotifyJobContext? reported) && context.HasPayloadType(typeof(JobContext)))
                context.AddOrUpdatePayload<INotifyJobContext>(
                    () => new JobNotifications(reported, job),
                    known => new JobNotifications(known, job));
            if (!context.TryGetPayload(out ConsumeRetryContext? retry) || ReferenceEquals(retry, job.Retry) || IsRedelivery(retry))
                return null;

            JobTrace attempt = tracer.Start(MassTransitJobInfo.OfInnerAttempt(job));
            job.Attempt = new ConsumeAttempt(attempt.Job.Attempt, attempt.Activity?.Context ?? default);
            job.HasOwnRetry = true;
            return attempt;
        }
        catch (Exception exception)
        {
            Report(exception);
            return null;
        }
    }

    /// <summary>Does something to a message that is being sent, without ever standing in its way.</summary>
    public void Guard(SendContext context, Action<SendContext> action)
    {
        try
        {
            action(context);
        }
        catch (Exception exception)
        {
            Report(exception);
        }
    }

    private void Report(Exception exception) => tracer.ReportFailure("MassTransit", exception);

    /// <summary>A redelivery borrows the type of a retry's context, but makes no second attempt.</summary>
    private static bool IsRedelivery(ConsumeRetryContext retry) =>
        retry.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(RedeliveryRetryConsumeContext<>);
}
