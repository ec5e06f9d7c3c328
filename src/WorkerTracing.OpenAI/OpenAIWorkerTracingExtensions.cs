using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace WorkerTracing;

/// <summary>Adds the OpenAI Traces dashboard to <see cref="WorkerTracingBuilder"/>.</summary>
public static class OpenAIWorkerTracingExtensions
{
    /// <summary>The batch size of openai-agents for Python. The dashboard's items are larger than OTLP's.</summary>
    private const int MaxBatchSize = 128;

    /// <summary>
    /// Adds an exporter to the OpenAI Traces dashboard, behind a <see cref="BatchTraceProcessor"/> of its own with batches of at most 128
    /// spans.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Configures the options. Runs after the <c>WorkerTracing:OpenAI</c> configuration section and the
    /// <c>OPENAI_*</c> variables have been applied.</param>
    /// <returns>The builder.</returns>
    /// <remarks>
    /// Adds one exporter, also if it is called several times, and none if the variable <c>OPENAI_AGENTS_DISABLE_TRACING</c> is <c>true</c>
    /// or <c>1</c>. Call <c>AddGenAISources()</c> to record the spans of AI libraries. An invalid option stops the host at its start with
    /// an <see cref="OptionsValidationException"/> that names the option and its value.
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
            static services =>
            {
                var exporter = new OpenAITraceExporter(
                    services.GetRequiredService<OpenAIConfiguration>().Read, services.GetService<ILoggerFactory>());
                exporter.WarnOfMissingKey();
                return exporter;
            },
            static batching => batching.MaxBatchSize = Math.Min(batching.MaxBatchSize, MaxBatchSize));
    }
}
