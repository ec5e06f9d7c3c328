using System.Diagnostics;
using System.Globalization;
using MassTransit;
using MassTransit.Serialization;

namespace WorkerTracing;

/// <summary>
/// Completes the headers of a message right before the transport takes it. Only then the delay, the redelivery and MassTransit's own span
/// of the sending are known; the filters of the send pipe run too early.
/// </summary>
internal sealed class SendHeaderObserver(FailureBoundary boundary) : ISendObserver, IPublishObserver
{
    public Task PreSend<T>(SendContext<T> context)
        where T : class
    {
        boundary.Run<SendContext>(context, static sent => Complete(sent));
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
            // A message that an outbox or a scheduler stored keeps the headers that it was stored with.
            if (due is not null)
                context.Headers.Set(MessageSchedule.DueHeader, due);
            return;
        }

        context.TryGetPayload(out ConsumeContext? consumed);
        bool again = consumed is not null && IsRedelivery(context, consumed);
        Replace(context, consumed, MessageSchedule.DueHeader, due);
        Replace(context, consumed, ConsumeAttempt.Header, again ? Redeliver(consumed!)?.ToString() : null);
        if (again)
            OriginHeaders.Keep(context, consumed!);
        else if (Activity.Current is { Recorded: true, Source.Name: MessageTracer.MassTransitSource } send)
            OriginHeaders.WriteSendSpan(context, send.Context);
    }

    /// <summary>Sets or clears a header. A message that is forwarded keeps its envelope, where a header can only be overwritten.</summary>
    private static void Replace(SendContext context, ConsumeContext? consumed, string header, string? value) =>
        context.Headers.Set(header, value ?? (consumed is not null && MessageHeader.Text(consumed, header) is not null ? "" : null));

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
        context.Headers.Get(MessageHeaders.RedeliveryCount, default(int?))
            > MessageHeader.Number(consumed, MessageHeaders.RedeliveryCount);
}
