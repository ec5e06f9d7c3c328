using Microsoft.Extensions.Logging;

namespace WorkerTracing;

/// <summary>The log messages of the jobs page: event ids 500 to 599.</summary>
internal static partial class DashboardLog
{
    [LoggerMessage(
        500,
        LogLevel.Warning,
        "The jobs page could not update its data; it tries again twice a second. Further failures are not logged.")]
    public static partial void RefreshFailed(ILogger logger, Exception exception);

    [LoggerMessage(501, LogLevel.Warning, "WorkerTracingDashboardOptions.Authorize threw; the request is refused.")]
    public static partial void AuthorizeThrew(ILogger logger, Exception exception);
}
