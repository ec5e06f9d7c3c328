using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OpenTelemetry.Trace;

namespace WorkerTracing;

/// <summary>Reports the delivery of the traces of one TracerProvider.</summary>
internal sealed class TraceDeliveryHealthCheck(TracerProvider provider) : IHealthCheck
{
    private const int MaxErrorLength = 500;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var reasons = new List<string>();
        var data = new Dictionary<string, object>();
        foreach (BatchTraceProcessor processor in LiveProcessors.All
            .Where(processor => ReferenceEquals(processor.Provider, provider)))
        {
            ExporterStatus status = processor.Pipeline.Status.Get();
            long lost = processor.Pipeline.Health.LostSinceSuccess;
            string exporter = status.Name;
            for (int number = 2; data.ContainsKey($"{exporter}.failed_exports"); number++)
                exporter = $"{status.Name} {number}"; // two of a kind, for two backends
            data[$"{exporter}.failed_exports"] = status.FailedExports;
            data[$"{exporter}.lost_spans"] = lost;
            data[$"{exporter}.waiting_spans"] = (int)status.Queued;
            if (status.Address is { } address)
                data[$"{exporter}.address"] = address;
            if (status.FailedExports > 0 || lost > 0)
                reasons.Add(Describe(exporter, status, lost));
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

    /// <summary>Describes an exporter that does not deliver: where to, since when, what is lost and kept, and why.</summary>
    private static string Describe(string exporter, ExporterStatus status, long lost)
    {
        string name = status.Address is null ? exporter : $"{exporter} to {status.Address}";
        string counts = string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: {status.FailedExports} exports failed and {lost} spans were lost since the last success");
        if (status.FailingSince is { } since)
            counts += string.Create(CultureInfo.InvariantCulture, $", failing since {since.UtcDateTime:u}");
        counts += string.Create(CultureInfo.InvariantCulture, $". {status.Queued} spans are kept.");
        return status.FailedExports > 0 && status.LastError is { } error ? $"{counts} Last error: {Bounded(error)}" : counts;
    }

    private static string Bounded(string error) => error.Length <= MaxErrorLength ? error : $"{error[..MaxErrorLength]}…";
}
