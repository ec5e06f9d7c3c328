using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace WorkerTracing;

/// <summary>
/// Logs failures of the OTLP exporter: event 2 with the address, the protocol and the reason, and event 14 when they are over.
/// </summary>
internal sealed class OtlpFailureLog(OtlpSettings settings, TimeProvider time) : SendFailureLog(time)
{
    private const string Exporter = nameof(OtlpSpanExporter);

    /// <summary>Gets whether there is a logger.</summary>
    public bool IsEnabled => Logger is not NullLogger;

    /// <summary>Gets or sets the logger. Set before the first export.</summary>
    public ILogger Logger { get; set; } = NullLogger.Instance;

    public override void Warn(in SendAnswer answer) => Log.ExportWarned(Logger, Exporter, settings.ShownAddress, answer.Description!);

    protected override void LogKept(in SendAnswer answer, int spans) =>
        Log.ExportFailed(Logger, Exporter, Show(answer), spans, "kept, and sent again later");

    protected override void LogLost(in SendAnswer answer, int spans) => Log.ExportFailed(Logger, Exporter, Show(answer), spans, "lost");

    protected override void LogRecovered(TimeSpan outage, int failedRequests, long lost) =>
        Log.ExportRecovered(Logger, Exporter, settings.ShownAddress, outage, failedRequests, lost);

    private string Show(in SendAnswer answer) => $"{settings.ShownAddress} ({settings.Protocol}): {answer.Description}";
}
