using Microsoft.Extensions.Logging;

namespace WorkerTracing;

/// <summary>What the package logs, under category <c>WorkerTracing.MassTransit</c>. Event ids 300 to 399.</summary>
internal static partial class Log
{
    [LoggerMessage(300, LogLevel.Warning, "A message could not be traced; it is consumed or sent as if tracing were off")]
    public static partial void NotTraced(this ILogger logger, Exception exception);
}
