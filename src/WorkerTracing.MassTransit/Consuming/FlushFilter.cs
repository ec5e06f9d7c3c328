using MassTransit;

namespace WorkerTracing;

/// <summary>
/// The outermost filter of an endpoint's consume pipe. Before the message is consumed it leaves ambient spans that are not in the message's
/// trace. After every consumer, retry and outbox has finished with the message it flushes the jobs that the message ran, all together, and
/// only then returns, which acknowledges the message.
/// </summary>
internal sealed class FlushFilter(FailureBoundary boundary, BusStartContext start) : IFilter<ConsumeContext>
{
    public async Task Send(ConsumeContext context, IPipe<ConsumeContext> next)
    {
        var delivery = Delivery.Begin(context);
        boundary.Run(start, static it => it.LeaveBaggage());
        boundary.Run((context, delivery, start), static it => ReceiveSpan.LeaveForeign(it.context, it.delivery, it.start));
        try
        {
            await next.Send(context).ConfigureAwait(false);
        }
        finally
        {
            boundary.Run(delivery, static it => ReceiveSpan.DropUnsampled(it));
            await boundary.RunAsync(delivery, static it => new ValueTask(it.FlushAsync())).ConfigureAwait(false);
        }
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("workerTracingFlush");
}
