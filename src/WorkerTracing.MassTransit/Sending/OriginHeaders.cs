using System.Diagnostics;
using MassTransit;

namespace WorkerTracing;

/// <summary>The trace of the sender in the headers of a message: the W3C headers, and MassTransit's own.</summary>
internal static class OriginHeaders
{
    /// <summary>
    /// MassTransit's own header for the trace. MassTransit writes it where its source records the sending, and reads it where its source
    /// records the delivery. It is written here for every message, so that the <c>receive</c> span is in the sender's trace, and unsampled
    /// where that trace is.
    /// </summary>
    private const string MassTransitsOwn = "MT-Activity-Id";

    private static readonly string[] TraceContextNames = [JobOrigin.TraceParentHeader, JobOrigin.TraceStateHeader];

    private static readonly string[] Names = [.. TraceContextNames, JobOrigin.BaggageHeader];

    /// <summary>Reads the sender's trace. The context is that of the W3C header, else that of MassTransit's own.</summary>
    public static JobOrigin Read(ConsumeContext context)
    {
        var origin = JobOrigin.Extract(context, MessageHeader.Text);
        return origin.Context == default
            && ActivityContext.TryParse(MessageHeader.Text(context, MassTransitsOwn), null, isRemote: true, out ActivityContext sender)
            ? origin with { Context = sender }
            : origin;
    }

    /// <summary>Writes the sender's trace. Replaces the headers that MassTransit copied from the consumed message.</summary>
    public static void Write(SendContext context, JobOrigin origin)
    {
        if (origin.Context != default)
        {
            Clear(context, Names);
            context.Headers.Set(MassTransitsOwn, TraceParentOf(origin.Context));
        }

        origin.Inject(context.Headers, static (headers, name, value) => headers.Set(name, value));
    }

    /// <summary>Replaces the trace context by that of MassTransit's own span of the sending, and leaves the baggage.</summary>
    public static void WriteSendSpan(SendContext context, ActivityContext send)
    {
        Clear(context, TraceContextNames);
        new JobOrigin(send, null).Inject(context.Headers, static (headers, name, value) => headers.Set(name, value));
    }

    /// <summary>Gives a message that is sent again the origin that it came with.</summary>
    public static void Keep(SendContext context, ConsumeContext consumed)
    {
        foreach (string name in Names)
            context.Headers.Set(name, MessageHeader.Text(consumed, name));
        if (Activity.Current is not { Source.Name: MessageTracer.MassTransitSource })
            context.Headers.Set(MassTransitsOwn, MessageHeader.Text(consumed, MassTransitsOwn));
    }

    private static void Clear(SendContext context, string[] names)
    {
        foreach (string name in names)
            context.Headers.Set(name, null);
    }

    private static string TraceParentOf(ActivityContext context) =>
        $"00-{context.TraceId}-{context.SpanId}-{(context.TraceFlags.HasFlag(ActivityTraceFlags.Recorded) ? "01" : "00")}";
}
