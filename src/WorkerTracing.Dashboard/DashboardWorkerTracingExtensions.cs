using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OpenTelemetry.Trace;

namespace WorkerTracing;

/// <summary>Adds the jobs page to a worker that is an ASP.NET Core application.</summary>
public static class DashboardWorkerTracingExtensions
{
    /// <summary>
    /// Keeps the jobs and traces of this process in memory for the jobs page. <see cref="MapWorkerTracingDashboard"/> makes the page
    /// reachable. Registers its services once, however often it is called.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Configures the page. Runs after the <c>WorkerTracing:Dashboard</c> configuration section was
    /// applied.</param>
    /// <returns>The builder.</returns>
    /// <remarks>
    /// An invalid option stops the host at its start with an <see cref="OptionsValidationException"/> that names the option and its value.
    /// </remarks>
    public static WorkerTracingBuilder AddDashboard(
        this WorkerTracingBuilder builder,
        Action<WorkerTracingDashboardOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        IServiceCollection services = builder.Services;
        if (configure is not null)
            services.AddOptions<WorkerTracingDashboardOptions>().PostConfigure(configure);
        if (services.Any(static service => service.ServiceType == typeof(TraceStore)))
            return builder;

        services.AddOptions<WorkerTracingDashboardOptions>()
            .Configure<IServiceProvider>(static (options, provider) => Bind(options, provider.GetService<IConfiguration>()))
            .ValidateOnStart();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<WorkerTracingDashboardOptions>, WorkerTracingDashboardOptionsValidator>());
        services.AddSingleton<TraceStore>();
        services.AddSingleton<JobStatistics>();
        services.AddSingleton<JobRecorder>();
        services.AddSingleton<DashboardRefresh>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, DashboardRefresh>(
            static provider => provider.GetRequiredService<DashboardRefresh>()));
        services.ConfigureOpenTelemetryTracerProvider(
            static (provider, tracing) => tracing.AddProcessor(new SpanRecorder(provider.GetRequiredService<TraceStore>())));
        return builder;
    }

    /// <summary>Maps the jobs page and what it loads below <paramref name="pattern"/>.</summary>
    /// <param name="endpoints">The application's endpoints.</param>
    /// <param name="pattern">The path of the page. The default is <c>/worker-tracing</c>.</param>
    /// <returns>
    /// A builder for the conventions of all endpoints of the page. Authorization metadata added to it, such as
    /// <c>RequireAuthorization()</c>, replaces the rule that only requests from this machine are answered.
    /// </returns>
    /// <exception cref="InvalidOperationException"><see cref="AddDashboard"/> was not called.</exception>
    public static IEndpointConventionBuilder MapWorkerTracingDashboard(
        this IEndpointRouteBuilder endpoints,
        [StringSyntax("Route")] string pattern = "/worker-tracing")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);
        if (endpoints.ServiceProvider.GetService<TraceStore>() is null)
        {
            throw new InvalidOperationException(
                "MapWorkerTracingDashboard needs the services of the jobs page. Add them with services.AddWorkerTracing().AddDashboard().");
        }

        return DashboardEndpoints.Map(endpoints, pattern);
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "The binder converts numbers only; their converters are kept.")]
    private static void Bind(WorkerTracingDashboardOptions options, IConfiguration? configuration)
    {
        if (configuration?.GetSection("WorkerTracing:Dashboard") is not { } section)
            return;
        options.MaxTraces = section.GetValue(nameof(options.MaxTraces), options.MaxTraces);
        options.MaxBytes = section.GetValue(nameof(options.MaxBytes), options.MaxBytes);
        options.TraceUrl = section[nameof(options.TraceUrl)] ?? options.TraceUrl;
    }
}
