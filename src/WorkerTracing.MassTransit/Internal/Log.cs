using Microsoft.Extensions.Logging;

namespace WorkerTracing;

/// <summary>What the package logs. Event ids 400 to 499.</summary>
internal static partial class Log
{
    [LoggerMessage(400, LogLevel.Warning, "A message could not be traced; it is consumed or sent as if tracing were off")]
    public static partial void NotTraced(this ILogger logger, Exception exception);
}
