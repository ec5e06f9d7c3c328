using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace WorkerTracing;

/// <summary>Adds job tracing to a host.</summary>
public static class WorkerTracingServiceCollectionExtensions
{
    /// <summary>
    /// Registers <see cref="JobTracer"/>, <see cref="ITraceFlusher"/>, a TracerProvider where the app has none, and a hosted service that
    /// builds the provider before any other hosted service starts and makes the last flush after all of them have stopped. Registers each
    /// once, however often it is called; beside the app's own OpenTelemetry registration it adds to that.
    /// </summary>
    /// <param name="services">The services to add to.</param>
    /// <param name="configure">Configures the options. Runs after the <c>WorkerTracing</c> configuration section has been applied.</param>
    /// <returns>A builder, for exporters and sources.</returns>
    /// <remarks>
    /// An invalid option stops the host at its start with an <see cref="OptionsValidationException"/> that names the option and its value.
    /// </remarks>
    public static WorkerTracingBuilder AddWorkerTracing(this IServiceCollection services, Action<WorkerTracingOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (configure is not null)
            services.AddOptions<WorkerTracingOptions>().PostConfigure(configure);
        if (services.Any(static service => service.ServiceType == typeof(ConfiguredServices)))
            return new WorkerTracingBuilder(services);

        services.AddSingleton(new ConfiguredServices(services));
        services.TryAddSingleton(TimeProvider.System);

        // The SDK reads its variables from a configuration. A host has one; other containers get what the SDK makes where it has a
        // container of its own.
        services.TryAddSingleton<IConfiguration>(static _ => new ConfigurationBuilder().AddEnvironmentVariables().Build());
        services.AddOptions<WorkerTracingOptions>().Configure<IServiceProvider>(WorkerTracingConfiguration.Bind).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<WorkerTracingOptions>, WorkerTracingOptionsValidator>());
        services.AddOptions<FlushOptions>();
        services.AddSingleton(static provider => new RateLimitedLogger(
            provider.GetService<ILoggerFactory>()?.CreateLogger(InstrumentationScope.Name) ?? NullLogger.Instance,
            provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(static provider => new JobTracer(
            provider.GetRequiredService<TracerProvider>(),
            provider.GetRequiredService<IOptions<WorkerTracingOptions>>().Value,
            provider.GetRequiredService<IOptions<FlushOptions>>().Value.FlushTracerProvider,
            provider.GetRequiredService<RateLimitedLogger>(),
            provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(static provider =>
            new WorkerTracingMonitor(provider.GetRequiredService<JobTracer>(), provider.GetRequiredService<TracerProvider>()));
        services.TryAddSingleton(static _ => DeployedAssemblies.OfTheProcess());
        services.AddSingleton<ConfigurationWarnings>();
        services.AddSingleton<StartupReport>();
        services.TryAddSingleton<ITraceFlusher>(static provider => provider.GetRequiredService<JobTracer>().Flusher);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, TracingLifetime>());

        new SdkBuilder(services).WithTracing(static tracing => tracing.AddSource(InstrumentationScope.Name));
        return new WorkerTracingBuilder(services);
    }

    private sealed record SdkBuilder(IServiceCollection Services) : IOpenTelemetryBuilder;
}
