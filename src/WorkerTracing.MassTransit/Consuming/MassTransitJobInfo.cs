using System.Diagnostics;
using MassTransit;

namespace WorkerTracing;

/// <summary>Translates MassTransit's contexts into <see cref="JobInfo"/>.</summary>
internal static class MassTransitJobInfo
{
    /// <summary>The name of the framework in <see cref="JobInfo.System"/>.</summary>
    public const string System = "masstransit";

    /// <summary>Describes the run of one consumer that begins now: at a message, at a batch, or at a job of the job service.</summary>
    /// <param name="context">The message.</param>
    /// <param name="description">The consumer.</param>
    /// <param name="delivery">The delivery of the message.</param>
    /// <param name="before">The attempt before in the same delivery, or null.</param>
    public static JobInfo From<TMessage>(
        ConsumeContext<TMessage> context,
        JobDescription description,
        Delivery delivery,
        MessageJob? before)
        where TMessage : class
    {
        object message = context.Message;
        JobInfo info = new()
        {
            System = System,
            Name = description.Name,
            OperationName = OperationNameOf(delivery),
            Member = description.Member,
            Queue = QueueOf(context),
            Trigger = JobTrigger.Message,
            Arguments = new LazyArguments<object>(message, static source => [new("message", source)]),
        };
        info = message is IEnumerable<ConsumeContext> batch ? OfBatch(info, batch, before)
            : context.TryGetPayload(out JobContext? job) ? OfJobConsumer(info, context, job)
            : OfMessage(info, context, before);
        return LinkToReceive(info, delivery);
    }

    /// <summary>Describes an attempt inside the job. It is a child of the ambient span.</summary>
    public static JobInfo FromInnerAttempt(MessageJob job) => job.Trace.Job with
    {
        RecoveryIds = [], // the job around it is what the next delivery links to
        Attempt = job.HasOwnRetry ? job.Attempt.Number + 1 : job.Attempt.Number,
        Links = job.HasOwnRetry && job.Attempt.Context != default ? [JobLinks.PreviousAttempt(job.Attempt.Context)] : null,
        Origin = default,
        Baggage = null,
        EnqueuedAt = null,
        DueAt = null,
        Arguments = null,
    };

    private static JobInfo OfMessage(JobInfo info, ConsumeContext context, MessageJob? before)
    {
        ConsumeAttempt last = before?.Attempt ?? ConsumeAttempt.Parse(MessageHeader.Text(context, ConsumeAttempt.Header));
        JobOrigin origin = OriginHeaders.Read(context);
        MessageSchedule schedule = before is null ? MessageSchedule.Of(context) : default;
        return info with
        {
            Id = context.MessageId?.ToString(),
            GroupId = context.ConversationId?.ToString(),
            Attempt = Math.Max(last.Number, context.GetRetryAttempt()) + 1,
            Trigger = before?.Trace.Job.Trigger ?? (last.Number == 0 ? schedule.Trigger : JobTrigger.Message),
            EnqueuedAt = schedule.SentAt,
            DueAt = schedule.DueAt,
            Origin = origin.Context,
            Baggage = origin.Baggage,
            Links = last.Context == default ? null : [JobLinks.PreviousAttempt(last.Context)],
        };
    }

    /// <summary>A batch has as many origins as messages. It continues none of their traces, and links to all.</summary>
    private static JobInfo OfBatch(JobInfo info, IEnumerable<ConsumeContext> batch, MessageJob? before)
    {
        List<ActivityLink> links = [];
        if (before is not null && before.Attempt.Context != default)
            links.Add(JobLinks.PreviousAttempt(before.Attempt.Context));
        DateTimeOffset? sent = null;
        DateTimeOffset? due = null;
        foreach (ConsumeContext message in batch)
        {
            ActivityContext origin = OriginHeaders.Read(message).Context;
            if (origin != default && !links.Exists(link => link.Context == origin))
                links.Add(JobLinks.Message(origin));
            var schedule = MessageSchedule.Of(message);
            sent = Earlier(sent, schedule.SentAt);
            due = Earlier(due, schedule.DueAt ?? schedule.SentAt);
        }

        return info with
        {
            Attempt = (before?.Attempt.Number ?? 0) + 1,
            EnqueuedAt = before is null ? sent : null,
            DueAt = before is null ? due : null,
            Links = links,
        };
    }

    /// <summary>
    /// The job service sends a control message for every attempt. The message of a retry comes, over several hops, from the attempt before,
    /// so the span of that attempt is its origin. The message does not say when the job was submitted, so the wait is not known.
    /// </summary>
    private static JobInfo OfJobConsumer(JobInfo info, ConsumeContext context, JobContext job)
    {
        JobOrigin origin = OriginHeaders.Read(context);
        return info with
        {
            Id = job.JobId.ToString(),
            GroupId = context.ConversationId?.ToString(),
            Attempt = job.RetryAttempt + 1,
            Origin = origin.Context,
            Baggage = origin.Baggage,
            Links = job.RetryAttempt > 0 && origin.Context != default ? [JobLinks.PreviousAttempt(origin.Context)] : null,
        };
    }

    /// <summary>
    /// Links to MassTransit's own span where that is not the parent. The link comes last: the first link of a retry is the attempt before.
    /// </summary>
    private static JobInfo LinkToReceive(JobInfo info, Delivery delivery) =>
        delivery.ForeignReceive is { Recorded: true } receive && (info.Attempt == 1 || info.Links is { Count: > 0 })
            ? info with { Links = [.. info.Links ?? [], JobLinks.Message(receive.Context)] }
            : info;

    /// <summary>
    /// MassTransit names its own span inside a job after the operation of the ambient span, and caches that name for ever. So the job's
    /// span has the operation name of MassTransit's span around it.
    /// </summary>
    private static string? OperationNameOf(Delivery delivery) => (delivery.ForeignReceive ?? Activity.Current)?.OperationName;

    /// <summary>Gets the last part of the endpoint's address: <c>rabbitmq://host/vhost/orders?durable=true</c> is <c>orders</c>.</summary>
    private static string? QueueOf(ConsumeContext context) =>
        context.ReceiveContext.InputAddress?.AbsolutePath is { } path ? Uri.UnescapeDataString(path[(path.LastIndexOf('/') + 1)..]) : null;

    private static DateTimeOffset? Earlier(DateTimeOffset? first, DateTimeOffset? second) =>
        first is null || second < first ? second : first;
}
