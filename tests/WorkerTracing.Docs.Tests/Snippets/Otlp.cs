using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Trace;
using WorkerTracing;

namespace Snippets;

/// <summary>docs/exporters/otlp.md.</summary>
internal static class Otlp
{
    public static void Host(HostApplicationBuilder builder)
    {
        #region host
        builder.Services.AddWorkerTracing(tracing => tracing.Flush = FlushMode.Wait)
            .AddOtlpExporter(otlp => otlp.Protocol = OtlpExportProtocol.HttpProtobuf);   // endpoint: OTEL_EXPORTER_OTLP_ENDPOINT
        #endregion
    }

    public static void Alone()
    {
        #region alone
        using TracerProvider provider = Sdk.CreateTracerProviderBuilder()
            .AddSource("Reports")
            .AddProcessor(new BatchTraceProcessor(new OtlpSpanExporter(new OtlpExporterOptions())))
            .Build();
        #endregion
    }
}
