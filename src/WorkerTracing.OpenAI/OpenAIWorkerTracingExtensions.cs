using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace WorkerTracing;

/// <summary>Adds the OpenAI Traces dashboard to <see cref="WorkerTracingBuilder"/>.</summary>
public static class OpenAIWorkerTracingExtensions
{
    /// <summary>As openai-agents for Python; the dashboard's items are far larger than those of OTLP.</summary>
    private const int MaxBatchSize = 128;

    /// <summary>
    /// Adds an exporter to the OpenAI Traces dashboard, behind a <see cref="BatchTraceProcessor"/> of its own that sends 128 spans at a
    /// time at the most.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Changes the options, after the <c>WorkerTracing:OpenAI</c> configuration section and the <c>OPENAI_*</c>
    /// variables have.</param>
    /// <returns>The builder.</returns>
    /// <remarks>
    /// Adds one exporter, however often it is called, and none where the variable <c>OPENAI_AGENTS_DISABLE_TRACING</c> is <c>true</c> or
    /// <c>1</c>.
    /// Add <c>AddGenAISources()</c> to record what AI libraries emit. An invalid option stops the host at its start with an
    /// <see cref="OptionsValidationException"/> that names the option and its value.
    /// </remarks>
    public static WorkerTracingBuilder AddOpenAIExporter(this WorkerTracingBuilder builder, Action<OpenAIExporterOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        IServiceCollection services = builder.Services;
        if (configure is not null)
            services.AddOptions<OpenAIExporterOptions>().PostConfigure(configure);
        if (services.Any(static service => service.ServiceType == typeof(OpenAIConfiguration)))
            return builder;

        services.AddSingleton<OpenAIConfiguration>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<OpenAIExporterOptions>, OpenAIExporterOptionsValidator>());
        services.AddOptions<OpenAIExporterOptions>()
            .Configure<OpenAIConfiguration>(static (options, configuration) => configuration.Bind(options))
            .ValidateOnStart();
        if (OpenAIEnvironment.IsTracingDisabled)
            return builder;
        return builder.AddExporter(
            static services => new OpenAITraceExporter(
                services.GetRequiredService<OpenAIConfiguration>().Read, services.GetService<ILoggerFactory>()),
            static batching => batching.MaxBatchSize = Math.Min(batching.MaxBatchSize, MaxBatchSize));
    }
}
