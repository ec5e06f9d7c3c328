using System.Diagnostics;
using System.Globalization;
using MassTransit;
using MassTransit.Serialization;

namespace WorkerTracing;

/// <summary>
/// Completes a message's headers at the last moment before the transport takes it, when what the send pipe's filters come too early for is known: the delay, a
/// redelivery, and MassTransit's own span of the sending.
/// </summary>
internal sealed class DepartureObserver(MessageTracer jobs) : ISendObserver, IPublishObserver
{
    public Task PreSend<T>(SendContext<T> context)
        where T : class
    {
        if (jobs.IsEnabled)
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
        context.Headers.Set(OriginHeaders.Due, due);

        if (context.TryGetPayload(out ConsumeContext? consumed) && IsRedelivery(context, consumed))
        {
            OriginHeaders.Keep(context, consumed);
            if (Delivery.Of(consumed) is { } delivery)
            {
                delivery.IsRedelivered = true;
                if (delivery.Latest() is { } job)
                    context.Headers.Set(Attempt.Header, job.Attempt.ToString());
            }
        }
        else if (context is not SendContext<SerializedMessageBody> && Activity.Current is { Recorded: true, Source.Name: MessageTracer.MassTransitSource })
        {
            OriginHeaders.Write(context, JobOrigin.Current);
        }
    }

    private static bool IsRedelivery(SendContext context, ConsumeContext consumed) =>
        context.Headers.Get(MessageHeaders.RedeliveryCount, default(int?)) > consumed.GetRedeliveryCount();
}
