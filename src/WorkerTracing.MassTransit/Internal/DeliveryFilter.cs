using MassTransit;

namespace WorkerTracing;

/// <summary>
/// The outermost filter of an endpoint's consume pipe: once every consumer, every retry and the outbox are done with a message, it flushes the jobs that the
/// message ran, all together, and only then lets go of the message.
/// </summary>
internal sealed class DeliveryFilter(MessageTracer jobs) : IFilter<ConsumeContext>
{
    public Task Send(ConsumeContext context, IPipe<ConsumeContext> next) => jobs.IsEnabled ? SendTraced(context, next) : next.Send(context);

    public void Probe(ProbeContext context) => context.CreateFilterScope("workerTracingFlush");

    private static async Task SendTraced(ConsumeContext context, IPipe<ConsumeContext> next)
    {
        Delivery delivery = Delivery.Begin(context);
        try
        {
            await next.Send(context).ConfigureAwait(false);
        }
        finally
        {
            await delivery.FlushAsync().ConfigureAwait(false);
        }
    }
}
