using System.Diagnostics;
using System.Globalization;
using MassTransit;
using MassTransit.Serialization;

namespace WorkerTracing;

/// <summary>
/// Completes a message's headers at the last moment before the transport takes it, when what the send pipe's filters come too early for is
/// known: the delay, a
/// redelivery, and MassTransit's own span of the sending.
/// </summary>
internal sealed class SendHeaderObserver(MessageTracer jobs) : ISendObserver, IPublishObserver
{
    public Task PreSend<T>(SendContext<T> context)
        where T : class
    {
        jobs.Guard(context, static departing => Complete(departing));
        return Task.CompletedTask;
    }

    public Task PrePublish<T>(PublishContext<T> context)
        where T : class =>
        PreSend(context);

    public Task PostSend<T>(SendContext<T> context)
        where T : class =>
        Task.CompletedTask;

    public Task SendFault<T>(SendContext<T> context, Exception exception)
        where T : class =>
        Task.CompletedTask;

    public Task PostPublish<T>(PublishContext<T> context)
        where T : class =>
        Task.CompletedTask;

    public Task PublishFault<T>(PublishContext<T> context, Exception exception)
        where T : class =>
        Task.CompletedTask;

    private static void Complete(SendContext context)
    {
        string? due = context.Delay is { } delay && delay > TimeSpan.Zero
            ? (TimeProvider.System.GetUtcNow() + delay).ToString("O", CultureInfo.InvariantCulture)
            : null;
        if (context is SendContext<SerializedMessageBody>)
        {
            // What an outbox or a scheduler stored keeps the headers that it was stored with.
            if (due is not null)
                context.Headers.Set(OriginHeaders.Due, due);
            return;
        }

        context.TryGetPayload(out ConsumeContext? consumed);
        bool again = consumed is not null && IsRedelivery(context, consumed);
        Replace(context, consumed, OriginHeaders.Due, due);
        Replace(context, consumed, ConsumeAttempt.Header, again ? Redeliver(consumed!)?.ToString() : null);
        if (again)
            OriginHeaders.Keep(context, consumed!);
        else if (Activity.Current is { Recorded: true, Source.Name: MessageTracer.MassTransitSource })
            OriginHeaders.Write(context, JobOrigin.Current);
    }

    /// <summary>A message that is forwarded keeps its envelope, where a header can be written over but not removed.</summary>
    private static void Replace(SendContext context, ConsumeContext? consumed, string header, string? value) =>
        context.Headers.Set(header, value ?? (consumed is not null && OriginHeaders.Text(consumed, header) is not null ? "" : null));

    /// <summary>Notes that the message is sent again.</summary>
    /// <returns>The attempt that the next one follows.</returns>
    private static ConsumeAttempt? Redeliver(ConsumeContext consumed)
    {
        if (Delivery.Of(consumed) is not { } delivery)
            return null;
        delivery.IsRedelivered = true;
        return delivery.Latest()?.Attempt;
    }

    private static bool IsRedelivery(SendContext context, ConsumeContext consumed) =>
        context.Headers.Get(MessageHeaders.RedeliveryCount, default(int?)) > consumed.GetRedeliveryCount();
}
