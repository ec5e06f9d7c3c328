using System.Diagnostics;
using MassTransit;
using MassTransit.Serialization;

namespace WorkerTracing;

/// <summary>Writes the trace of the sender into the headers of every message that the bus sends or publishes.</summary>
internal sealed class OriginFilter(FailureBoundary boundary) : IFilter<SendContext>
{
    public Task Send(SendContext context, IPipe<SendContext> next)
    {
        // A message that an outbox or a scheduler stored has its headers already.
        if (context is not SendContext<SerializedMessageBody>)
            boundary.Run(context, static sent => OriginHeaders.Write(sent, OriginOf(sent)));
        return next.Send(context);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("workerTracingOrigin");

    /// <summary>
    /// Gets the ambient origin. A message that an outbox held back until the job had ended has that job as its origin.
    /// </summary>
    private static JobOrigin OriginOf(SendContext context) =>
        IsOutsideJob
        && context.TryGetPayload(out ConsumeContext? consumed)
        && Delivery.Of(consumed)?.Latest() is { Trace: { Activity: { } span } trace }
            ? new JobOrigin(span.Context, trace.Job.Baggage)
            : JobOrigin.Current;

    private static bool IsOutsideJob =>
        JobTrace.Current is null || Activity.Current is not { } ambient || JobTrace.Of(ambient) is null;
}
