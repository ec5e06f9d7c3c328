using OpenTelemetry.Metrics;

namespace WorkerTracing;

/// <summary>Records the metrics of jobs in a MeterProvider that is built with OpenTelemetry's own verbs.</summary>
public static class WorkerTracingMeterProviderBuilderExtensions
{
    /// <summary>Records the metrics of jobs and of the delivery of traces: the Meter <c>WorkerTracing</c>.</summary>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static MeterProviderBuilder AddWorkerTracingInstrumentation(this MeterProviderBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddMeter(InstrumentationScope.Name);
    }
}
