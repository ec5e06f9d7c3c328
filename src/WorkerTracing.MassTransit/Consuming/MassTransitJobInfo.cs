using System.Diagnostics;
using MassTransit;

namespace WorkerTracing;

/// <summary>What MassTransit's contexts say about a job.</summary>
internal static class MassTransitJobInfo
{
    private const string System = "masstransit";

    /// <summary>
    /// MassTransit names its own span inside a job after the ambient operation, and remembers it for ever: the job must not come between.
    /// </summary>
    private static string? AmbientOperation => Activity.Current?.OperationName;

    public static JobInfo OfMessage(ConsumeContext context, object message, JobDescription description, MessageJob? before)
    {
        ConsumeAttempt last = before?.Attempt ?? ConsumeAttempt.Parse(OriginHeaders.Text(context, ConsumeAttempt.Header));
        JobOrigin origin = OriginHeaders.Read(context);
        DateTimeOffset? due = OriginHeaders.ReadDue(context);
        bool scheduled = due is not null || OriginHeaders.Text(context, MessageHeaders.SchedulingTokenId) is not null;
        return new JobInfo
        {
            System = System,
            Name = description.Name,
            OperationName = AmbientOperation,
            Member = description.Member,
            Id = context.MessageId?.ToString(),
            GroupId = context.ConversationId?.ToString(),
            Queue = QueueOf(context),
            Attempt = Math.Max(last.Number, context.GetRetryAttempt()) + 1,
            Trigger = before?.Trace.Job.Trigger ?? (scheduled && last.Number == 0 ? JobTrigger.Scheduled : JobTrigger.Message),
            EnqueuedAt = before is null ? SentTimeOf(context) : null,
            DueAt = before is null ? due : null,
            Origin = origin.Context,
            Baggage = origin.Baggage,
            Links = last.Context == default ? null : [new ActivityLink(last.Context)],
            Arguments = Arguments(message),
        };
    }

    /// <summary>A batch has as many origins as messages: it continues none of their traces, and links to all.</summary>
    public static JobInfo OfBatch(IEnumerable<ConsumeContext> batch, JobDescription description, MessageJob? before)
    {
        List<ActivityLink> links = [];
        if (before is not null && before.Attempt.Context != default)
            links.Add(new ActivityLink(before.Attempt.Context));
        DateTimeOffset? oldest = null;
        foreach (ConsumeContext message in batch)
        {
            if (OriginHeaders.Read(message).Context is var origin && origin != default && !links.Exists(link => link.Context == origin))
                links.Add(new ActivityLink(origin));
            if (SentTimeOf(message) is { } sent && !(sent >= oldest))
                oldest = sent;
        }

        return new JobInfo
        {
            System = System,
            Name = description.Name,
            OperationName = AmbientOperation,
            Member = description.Member,
            Queue = batch.FirstOrDefault() is { } first ? QueueOf(first) : null,
            Attempt = (before?.Attempt.Number ?? 0) + 1,
            Trigger = JobTrigger.Message,
            EnqueuedAt = before is null ? oldest : null,
            Links = links,
            Arguments = Arguments(batch),
        };
    }

    /// <summary>
    /// The job service sends a control message for every attempt. A retry's comes, over several hops, from the attempt before: that one's
    /// span is its origin.
    /// </summary>
    public static JobInfo OfJobConsumer(ConsumeContext context, object message, JobContext job, JobDescription description)
    {
        JobOrigin origin = OriginHeaders.Read(context);
        return new JobInfo
        {
            System = System,
            Name = description.Name,
            OperationName = AmbientOperation,
            Member = description.Member,
            Id = job.JobId.ToString(),
            GroupId = context.ConversationId?.ToString(),
            Queue = QueueOf(context),
            Attempt = job.RetryAttempt + 1,
            Trigger = JobTrigger.Message,
            Origin = origin.Context,
            Baggage = origin.Baggage,
            Links = job.RetryAttempt > 0 && origin.Context != default ? [new ActivityLink(origin.Context)] : null,
            Arguments = Arguments(message),
        };
    }

    /// <summary>An attempt inside the job: a child of what is ambient.</summary>
    public static JobInfo OfInnerAttempt(MessageJob job) => job.Trace.Job with
    {
        Attempt = job.HasOwnRetry ? job.Attempt.Number + 1 : job.Attempt.Number,
        Links = job.HasOwnRetry && job.Attempt.Context != default ? [new ActivityLink(job.Attempt.Context)] : null,
        Origin = default,
        Baggage = null,
        EnqueuedAt = null,
        DueAt = null,
        Arguments = null,
    };

    /// <summary>What OpenTelemetry's messaging conventions call the transport; the framework, where they have no name for it.</summary>
    public static string MessagingSystem(ConsumeContext context) => context.ReceiveContext.InputAddress?.Scheme switch
    {
        "rabbitmq" or "rabbitmqs" or "amqp" or "amqps" => "rabbitmq",
        "sb" => "servicebus",
        "amazonsqs" => "aws_sqs",
        "activemq" => "activemq",
        _ => System,
    };

    /// <summary>The last part of the endpoint's address: <c>rabbitmq://host/vhost/orders?durable=true</c> is <c>orders</c>.</summary>
    private static string? QueueOf(ConsumeContext context) =>
        context.ReceiveContext.InputAddress?.AbsolutePath is { } path ? Uri.UnescapeDataString(path[(path.LastIndexOf('/') + 1)..]) : null;

    private static DateTimeOffset? SentTimeOf(ConsumeContext context) =>
        context.SentTime is { } sent
            ? new DateTimeOffset(DateTime.SpecifyKind(sent.Kind == DateTimeKind.Local ? sent.ToUniversalTime() : sent, DateTimeKind.Utc))
            : null;

    private static Dictionary<string, object?> Arguments(object message) => new(1) { ["message"] = message };
}
