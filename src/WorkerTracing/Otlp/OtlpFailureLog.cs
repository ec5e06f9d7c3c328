using Microsoft.Extensions.Logging;

namespace WorkerTracing;

/// <summary>
/// Logs failures of the OTLP exporter: event 2 with the address, the protocol and the reason, and event 14 when they are over.
/// </summary>
internal sealed class OtlpFailureLog(OtlpSettings settings, ILogger log, TimeProvider time) : SendFailureLog(time)
{
    private const string Exporter = nameof(OtlpSpanExporter);

    public override void Warn(in SendAnswer answer) => Log.ExportWarned(log, Exporter, settings.ShownAddress, answer.Description!);

    protected override void LogKept(in SendAnswer answer, int spans) =>
        Log.ExportFailed(log, Exporter, Show(answer), spans, "kept, and sent again later");

    protected override void LogLost(in SendAnswer answer, int spans) => Log.ExportFailed(log, Exporter, Show(answer), spans, "lost");

    protected override void LogRecovered(TimeSpan outage, int failedRequests, long lost) =>
        Log.ExportRecovered(log, Exporter, settings.ShownAddress, outage, failedRequests, lost);

    private string Show(in SendAnswer answer) => $"{settings.ShownAddress} ({settings.Protocol}): {answer.Description}";
}
