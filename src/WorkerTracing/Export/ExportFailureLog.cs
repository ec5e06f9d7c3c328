using Microsoft.Extensions.Logging;

namespace WorkerTracing;

/// <summary>
/// Logs the failures of an exporter that does not log them itself: event 2 with what becomes of the spans, and event 14 when they are over.
/// </summary>
internal sealed class ExportFailureLog(string exporter, string? address, ILogger log, TimeProvider time) : SendFailureLog(time)
{
    private readonly ILogger _log = log is RateLimitedLogger limited ? limited.Unlimited() : log; // kept and lost spans have a limit each

    protected override void LogKept(in SendAnswer answer, int spans) =>
        Log.ExportFailed(_log, exporter, Show(answer), spans, "kept, and sent again later");

    protected override void LogLost(in SendAnswer answer, int spans) => Log.ExportFailed(_log, exporter, Show(answer), spans, "lost");

    protected override void LogRecovered(TimeSpan outage, int failedRequests, long lost) =>
        Log.ExportRecovered(_log, exporter, address ?? "the backend", outage, failedRequests, lost);

    private string Show(in SendAnswer answer) => address is null ? answer.Description! : $"{address}: {answer.Description}";
}
