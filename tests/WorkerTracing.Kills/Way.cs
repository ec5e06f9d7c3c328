namespace WorkerTracing.Kills;

/// <summary>How a worker exports its spans.</summary>
internal enum Way
{
    /// <summary>WorkerTracing's OTLP exporter with the flight recorder.</summary>
    FlightRecorder,

    /// <summary>OpenTelemetry's batch processor and OTLP exporter, as its <c>AddOtlpExporter</c> adds them.</summary>
    OpenTelemetry,

    /// <summary>The same, with <c>OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY=disk</c>.</summary>
    OpenTelemetryDisk,
}
