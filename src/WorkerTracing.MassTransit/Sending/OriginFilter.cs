using System.Diagnostics;
using MassTransit;
using MassTransit.Serialization;

namespace WorkerTracing;

/// <summary>Writes the trace of whoever sends or publishes a message into the message's headers.</summary>
internal sealed class OriginFilter(MessageTracer jobs) : IFilter<SendContext>
{
    public Task Send(SendContext context, IPipe<SendContext> next)
    {
        // A message that an outbox or a scheduler stored has its headers already.
        if (context is not SendContext<SerializedMessageBody>)
            jobs.Guard(context, static sent => OriginHeaders.Write(sent, OriginOf(sent)));
        return next.Send(context);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("workerTracingOrigin");

    /// <summary>The ambient span; but what the in-memory outbox held back until the job had ended was sent by that job.</summary>
    private static JobOrigin OriginOf(SendContext context)
    {
        if ((JobTrace.Current is null || Activity.Current is null)
            && context.TryGetPayload(out ConsumeContext? consumed)
            && Delivery.Of(consumed)?.Latest() is { } job
            && job.Trace.Activity is { } span)
        {
            return new JobOrigin(span.Context, job.Trace.Job.Baggage);
        }

        return JobOrigin.Current;
    }
}
