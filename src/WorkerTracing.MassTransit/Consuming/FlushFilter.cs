using System.Diagnostics;
using MassTransit;

namespace WorkerTracing;

/// <summary>
/// The outermost filter of an endpoint's consume pipe: once every consumer, every retry and the outbox are done with a message, it flushes
/// the jobs that the
/// message ran, all together, and only then lets go of the message.
/// </summary>
internal sealed class FlushFilter : IFilter<ConsumeContext>
{
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMilliseconds(10);

    public async Task Send(ConsumeContext context, IPipe<ConsumeContext> next)
    {
        if (Activity.Current is { } ambient && IsOlderThan(context.ReceiveContext, ambient))
            Activity.Current = null;
        var delivery = Delivery.Begin(context);
        try
        {
            await next.Send(context).ConfigureAwait(false);
        }
        finally
        {
            await delivery.FlushAsync().ConfigureAwait(false);
        }
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("workerTracingFlush");

    /// <summary>
    /// A bus that was started under a span has that span ambient in every delivery. It says nothing about the message: who sent that is in
    /// its headers.
    /// </summary>
    private static bool IsOlderThan(ReceiveContext received, Activity ambient)
    {
        for (Activity? span = ambient; span is not null; span = span.Parent)
        {
            if (span.Source.Name == MessageTracer.MassTransitSource)
                return false;
        }

        return ambient.StartTimeUtc < TimeProvider.System.GetUtcNow().UtcDateTime - received.ElapsedTime - ClockTolerance;
    }
}
