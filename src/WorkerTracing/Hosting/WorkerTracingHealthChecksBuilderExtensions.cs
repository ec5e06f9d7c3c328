using Microsoft.Extensions.DependencyInjection;

namespace WorkerTracing;

/// <summary>Adds a health check on the delivery of traces.</summary>
public static class WorkerTracingHealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds a check that reads the counts of the exporters. It is Degraded, with the reason and the counts, if exports have failed or spans
    /// were lost since the last successful export, or if a flight recorder records nothing; otherwise it is Healthy. Its name is <c>worker_tracing</c>. It is added once, however
    /// often this is called.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static IHealthChecksBuilder AddWorkerTracing(this IHealthChecksBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (!builder.Services.Any(static service => service.ServiceType == typeof(TraceDeliveryHealthCheck)))
            builder.AddCheck<TraceDeliveryHealthCheck>("worker_tracing").Services.AddSingleton<TraceDeliveryHealthCheck>();
        return builder;
    }
}
