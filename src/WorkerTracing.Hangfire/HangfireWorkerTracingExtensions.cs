using Hangfire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace WorkerTracing;

/// <summary>Adds WorkerTracing to Hangfire's configuration.</summary>
public static class HangfireWorkerTracingExtensions
{
    /// <summary>
    /// Adds a <see cref="JobTraceFilter"/> to Hangfire's global filters: <c>services.AddHangfire((sp, config) =>
    /// config.UseWorkerTracing(sp))</c>.
    /// </summary>
    /// <remarks>
    /// A second call for the same services changes nothing. The filter traces the jobs of the services' own <see cref="JobStorage"/>, and
    /// is removed when their host has stopped. To remove it sooner, take it from the returned configuration's <c>Entry</c>.
    /// </remarks>
    /// <param name="configuration">Hangfire's configuration.</param>
    /// <param name="services">The application's services. They must include <c>AddWorkerTracing()</c>.</param>
    /// <returns>The configuration.</returns>
    /// <exception cref="InvalidOperationException"><c>AddWorkerTracing()</c> was not called on the services.</exception>
    public static IGlobalConfiguration<JobTraceFilter> UseWorkerTracing(
        this IGlobalConfiguration configuration,
        IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(services);

        JobTracer tracer = services.GetService<JobTracer>()
            ?? throw new InvalidOperationException(
                "UseWorkerTracing(services) of Hangfire found no JobTracer in the container. Add: "
                    + "builder.Services.AddWorkerTracing().AddOtlpExporter().");

        if (JobTraceFilter.InGlobalFilters().FirstOrDefault(filter => filter.Tracer == tracer) is { } same)
            return configuration.Use(same, static _ => { });

        // The storage is resolved later: its service waits for this configuration.
        var filter = new JobTraceFilter(tracer, services.GetService<JobStorage>);
        services.GetService<IHostApplicationLifetime>()?.ApplicationStopped
            .Register(static filter => GlobalJobFilters.Filters.Remove(filter), filter);
        return configuration.Use(filter, static filter => GlobalJobFilters.Filters.Add(filter));
    }

    /// <summary>
    /// Shows the trace of a job's last attempt on its page in Hangfire's dashboard. A second call with the same template changes nothing.
    /// </summary>
    /// <param name="configuration">Hangfire's configuration.</param>
    /// <param name="urlTemplate">
    /// The address that the trace id links to, in which <c>{traceId}</c> stands for the 32 hex digits of the id: an absolute http or https
    /// address, such as <c>https://jaeger.example/trace/{traceId}</c>, or a path on the host of Hangfire's dashboard, such as
    /// <c>/worker-tracing/traces/{traceId}</c> for the jobs page. Null, the default, shows the id without a link.
    /// </param>
    /// <returns>The configuration.</returns>
    /// <exception cref="ArgumentException"><paramref name="urlTemplate"/> is not such an address.</exception>
    public static IGlobalConfiguration UseWorkerTracingJobDetails(this IGlobalConfiguration configuration, string? urlTemplate = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var details = new JobDetails(urlTemplate);
        return details.TryShow() ? configuration.UseJobDetailsRenderer(10, details.Render) : configuration;
    }
}
