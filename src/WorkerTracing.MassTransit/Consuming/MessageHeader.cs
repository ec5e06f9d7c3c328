using System.Globalization;
using MassTransit;

namespace WorkerTracing;

/// <summary>Reads the headers of a message.</summary>
internal static class MessageHeader
{
    /// <summary>
    /// Gets a header as text: from the message's envelope, else from the transport, where a producer that is not MassTransit writes it.
    /// </summary>
    /// <returns>Null where there is no such header.</returns>
    public static string? Text(ConsumeContext context, string name) =>
        context.Headers.TryGetHeader(name, out object? value) || context.ReceiveContext.TransportHeaders.TryGetHeader(name, out value)
            ? value as string ?? Convert.ToString(value, CultureInfo.InvariantCulture)
            : null;

    /// <summary>Gets a header as a number. MassTransit's own reading of its headers throws for a value that is none.</summary>
    /// <returns>0 where there is no such header, or it is not a number.</returns>
    public static int Number(ConsumeContext context, string name) =>
        int.TryParse(Text(context, name), NumberStyles.Integer, CultureInfo.InvariantCulture, out int number) ? number : 0;
}
