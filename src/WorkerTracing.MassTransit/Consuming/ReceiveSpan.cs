using System.Diagnostics;
using MassTransit;

namespace WorkerTracing;

/// <summary>
/// Decides whether the span that is ambient in a delivery is in the trace of the message. MassTransit's own <c>receive</c> span is not
/// where only the W3C headers name the sender, since MassTransit reads a header of its own, nor where the bus was started under a span.
/// </summary>
internal static class ReceiveSpan
{
    /// <summary>Set by a sender that asks MassTransit not to continue its trace: <c>Link</c> or <c>New</c>.</summary>
    private const string PropagationHeader = "MT-Activity-Propagation";

    /// <summary>Clears <see cref="Activity.Current"/> for the rest of the delivery where it is not in the trace of the message.</summary>
    public static void LeaveForeign(ConsumeContext context, Delivery delivery, BusStartContext start)
    {
        if (Activity.Current is not { } ambient)
            return;

        Activity? receive = null;
        Activity root = ambient;
        bool inherited = false;
        for (Activity? span = ambient; span is not null && !inherited; span = span.Parent)
        {
            if (inherited = start.Contains(span))
                break;
            root = span;
            if (span.Source.Name == MessageTracer.MassTransitSource)
                receive ??= span;
        }

        bool sendersTraceIsAnother = receive is not null
            && root.ParentSpanId == default
            && MayContinue(context)
            && OriginHeaders.Read(context).Context != default;
        if (!inherited && !sendersTraceIsAnother)
            return;
        delivery.ForeignReceive = receive;
        Activity.Current = null;
    }

    /// <summary>
    /// Drops a <c>receive</c> span whose message continues a trace that its sender does not sample: parent-based sampling would have
    /// dropped it, had MassTransit known the sender.
    /// </summary>
    public static void DropUnsampled(Delivery delivery)
    {
        if (delivery is not { ForeignReceive: { Recorded: true } receive, IsSampledOut: true })
            return;
        receive.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        receive.IsAllDataRequested = false;
    }

    private static bool MayContinue(ConsumeContext context) =>
        MessageHeader.Text(context, PropagationHeader) is not ("Link" or "New");
}
