using OpenTelemetry;
using OpenTelemetry.Exporter;

namespace WorkerTracing.Benchmarks;

/// <summary>What both sides are given.</summary>
/// <param name="Protocol">The protocol.</param>
/// <param name="PeerBatch">The most spans of a request of OpenTelemetry's processor.</param>
/// <param name="OurBatch">The most spans of a request of WorkerTracing's processor.</param>
/// <param name="SpansPerFlush">How many spans end before each flush.</param>
internal sealed record OtlpCostSetting(OtlpExportProtocol Protocol, int PeerBatch, int OurBatch, int SpansPerFlush)
{
    private const int QueueSize = 8192;
    private const int ScheduleMilliseconds = 5_000;
    private const int ExportMilliseconds = 30_000;

    /// <summary>Each side's own batch size, the same for both, and one job of six spans to a flush.</summary>
    public static IReadOnlyList<OtlpCostSetting> All { get; } =
    [
        .. from protocol in new[] { OtlpExportProtocol.HttpProtobuf, OtlpExportProtocol.Grpc }
           from sizes in new[] { (512, 2048, 2048), (512, 512, 2048), (2048, 2048, 2048), (512, 2048, 6) }
           select new OtlpCostSetting(protocol, sizes.Item1, sizes.Item2, sizes.Item3),
    ];

    public OtlpCostSide Peer(OtlpCostReceiver receiver) => new(new BatchActivityExportProcessor(
        new OtlpTraceExporter(OptionsFor(receiver)), QueueSize, ScheduleMilliseconds, ExportMilliseconds, PeerBatch));

    public OtlpCostSide Ours(OtlpCostReceiver receiver) => new(new BatchTraceProcessor(
        new OtlpSpanExporter(OptionsFor(receiver)),
        new BatchTraceProcessorOptions { MaxQueueSize = QueueSize, MaxBatchSize = OurBatch }));

    private OtlpExporterOptions OptionsFor(OtlpCostReceiver receiver) => new()
    {
        Protocol = Protocol,
        Endpoint = Protocol == OtlpExportProtocol.Grpc ? receiver.Grpc : new Uri(receiver.Http, "v1/traces"),
    };
}
