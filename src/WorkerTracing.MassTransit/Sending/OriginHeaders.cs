using System.Diagnostics;
using System.Globalization;
using MassTransit;

namespace WorkerTracing;

/// <summary>The trace in a message's headers.</summary>
internal static class OriginHeaders
{
    /// <summary>When a delayed message is due, in round-trip format. MassTransit's own header for it depends on the transport.</summary>
    public const string Due = "MT-WorkerTracing-Due";

    /// <summary>What MassTransit's own instrumentation writes, where something listens to it.</summary>
    private const string MassTransitsOwn = "MT-Activity-Id";

    private static readonly string[] Names = [JobOrigin.TraceParentHeader, JobOrigin.TraceStateHeader, JobOrigin.BaggageHeader];

    /// <summary>
    /// Who sent a message, by its own headers or by the transport's: a producer that is not MassTransit writes only those.
    /// </summary>
    public static JobOrigin Read(ConsumeContext context)
    {
        var origin = JobOrigin.Extract(context, Text);
        return origin.Context == default
            && ActivityContext.TryParse(Text(context, MassTransitsOwn), null, isRemote: true, out ActivityContext sender)
            ? origin with { Context = sender }
            : origin;
    }

    public static void Write(SendContext context, JobOrigin origin)
    {
        if (origin.Context != default)
        {
            // What MassTransit copied from the consumed message belongs to another span.
            foreach (string name in Names)
                context.Headers.Set(name, null);
        }

        origin.Inject(context.Headers, static (headers, name, value) => headers.Set(name, value));
    }

    /// <summary>Gives a message that is sent again the origin that it came with.</summary>
    public static void Keep(SendContext context, ConsumeContext consumed)
    {
        foreach (string name in Names)
            context.Headers.Set(name, Text(consumed, name));
    }

    public static DateTimeOffset? ReadDue(ConsumeContext context) =>
        DateTimeOffset.TryParseExact(
            Text(context, Due),
            "O",
            CultureInfo.InvariantCulture,
            DateTimeStyles.RoundtripKind,
            out DateTimeOffset due) ? due : null;

    public static string? Text(ConsumeContext context, string name) =>
        context.Headers.TryGetHeader(name, out object? value) || context.ReceiveContext.TransportHeaders.TryGetHeader(name, out value)
            ? value as string ?? value.ToString()
            : null;
}
