using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OpenTelemetry.Trace;

namespace WorkerTracing;

/// <summary>Reports the delivery of the traces of one TracerProvider.</summary>
internal sealed class TraceDeliveryHealthCheck(TracerProvider provider) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var reasons = new List<string>();
        var data = new Dictionary<string, object>();
        foreach (BatchTraceProcessor processor in LiveProcessors.All
            .Where(processor => ReferenceEquals(processor.Provider, provider)))
        {
            ExportPipeline pipeline = processor.Pipeline;
            int failed = pipeline.Health.FailedExports;
            long lost = pipeline.Health.LostSinceSuccess;
            string exporter = pipeline.ExporterName;
            for (int number = 2; data.ContainsKey($"{exporter}.failed_exports"); number++)
                exporter = $"{pipeline.ExporterName} {number}"; // two of a kind, for two backends
            data[$"{exporter}.failed_exports"] = failed;
            data[$"{exporter}.lost_spans"] = lost;
            data[$"{exporter}.waiting_spans"] = pipeline.Waiting;
            if (failed > 0 || lost > 0)
                reasons.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{exporter}: {failed} exports failed and {lost} spans were lost since the last success, {pipeline.Waiting} wait"));
        }

        foreach (FlightRecorder recorder in LiveProcessors.All
            .Where(processor => ReferenceEquals(processor.Provider, provider))
            .Select(static processor => processor.Pipeline.Recording?.Recorder).OfType<FlightRecorder>().Distinct())
        {
            data["recorder.bytes"] = recorder.Bytes;
            if (recorder.Failure is { } failure)
                reasons.Add($"The flight recorder in {recorder.Options.Directory} records nothing: {failure}");
        }

        return Task.FromResult(reasons.Count == 0
            ? HealthCheckResult.Healthy("Traces are delivered.", data)
            : new HealthCheckResult(
                context.Registration.FailureStatus == HealthStatus.Unhealthy ? HealthStatus.Degraded : context.Registration.FailureStatus,
                string.Join("; ", reasons),
                null,
                data));
    }
}
