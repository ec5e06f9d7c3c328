using Microsoft.Extensions.DependencyInjection;

namespace WorkerTracing;

/// <summary>Adds a health check on the delivery of traces.</summary>
public static class WorkerTracingHealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds a check that is Healthy, or Degraded, with the reason and the counts, when exports have failed or spans were lost since the
    /// last successful export. It asks nobody:
    /// it reads counters. It is named <c>worker_tracing</c>, and added once, however often this is called.
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
