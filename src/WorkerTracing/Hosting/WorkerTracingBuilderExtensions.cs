using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Trace;

namespace WorkerTracing;

/// <summary>Adds exporters and sources to a <see cref="WorkerTracingBuilder"/>.</summary>
public static class WorkerTracingBuilderExtensions
{
    /// <summary>Adds an exporter behind a <see cref="BatchTraceProcessor"/> of its own.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="factory">
    /// Makes the exporter when the TracerProvider is built, which then owns it. If it returns null, no exporter is added and a warning is
    /// logged.
    /// </param>
    /// <param name="configure">Configures queue and batches. Runs after the <c>OTEL_BSP_*</c> variables have been applied.</param>
    /// <returns>The builder.</returns>
    public static WorkerTracingBuilder AddExporter(
        this WorkerTracingBuilder builder,
        Func<IServiceProvider, BaseExporter<Activity>> factory,
        Action<BatchTraceProcessorOptions>? configure = null) =>
        builder.AddExporter(factory, scheduleDelay: null, configure);

    /// <summary>
    /// Adds the OTLP exporter. The standard <c>OTEL_EXPORTER_OTLP_*</c> variables set its endpoint, protocol, headers, timeout and
    /// compression; those for traces (<c>OTEL_EXPORTER_OTLP_TRACES_*</c>) come before those for every signal.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Configures the exporter. Runs after the environment variables have been applied.</param>
    /// <returns>The builder.</returns>
    public static WorkerTracingBuilder AddOtlpExporter(this WorkerTracingBuilder builder, Action<OtlpExporterOptions>? configure = null) =>
        builder.AddExporter(services => new OtlpSpanExporter(
            new OtlpTraceOptionsFactory(services).Create(configure),
            services.GetRequiredService<RateLimitedLogger>().Unlimited(),
            services.GetRequiredService<TimeProvider>()));

    /// <summary>
    /// Adds an exporter that writes each trace to the console as a tree, in one write, when its outermost span of this process has ended.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    /// <remarks>
    /// Its schedule is one second, or <c>OTEL_BSP_SCHEDULE_DELAY</c>. Jobs of one trace that leave in one export are one tree.
    /// </remarks>
    public static WorkerTracingBuilder AddConsoleExporter(this WorkerTracingBuilder builder) =>
        builder.AddExporter(static _ => new ConsoleTraceExporter(Console.Out), scheduleDelay: TimeSpan.FromSeconds(1), configure: null);

    /// <summary>Records further sources.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="sources">Names of ActivitySources; <c>*</c> and <c>?</c> are wildcards, as in OpenTelemetry.</param>
    /// <returns>The builder.</returns>
    public static WorkerTracingBuilder AddSource(this WorkerTracingBuilder builder, params string[] sources)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.ConfigureOpenTelemetryTracerProvider(tracing => tracing.AddSource(sources));
        return builder;
    }

    /// <summary>
    /// Records the spans of AI libraries: <c>OpenAI.*</c>, <c>*Microsoft.Extensions.AI</c>, <c>*Microsoft.Agents.AI</c>,
    /// <c>*Microsoft.Agents.AI.Workflows</c>, <c>Microsoft.SemanticKernel*</c> and <c>*ModelContextProtocol</c>.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static WorkerTracingBuilder AddGenAISources(this WorkerTracingBuilder builder) =>
        builder.AddSource(
            "OpenAI.*",
            "*Microsoft.Extensions.AI",
            "*Microsoft.Agents.AI",
            "*Microsoft.Agents.AI.Workflows",
            "Microsoft.SemanticKernel*",
            "*ModelContextProtocol");

    /// <summary>
    /// Makes a forced flush also call <c>TracerProvider.ForceFlush</c>, for processors of other libraries. Their answer confirms nothing:
    /// the flush is <see cref="FlushStatus.Unconfirmed"/> at best. One call at a time, on a thread of its own, serves all jobs that wait.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static WorkerTracingBuilder FlushTracerProvider(this WorkerTracingBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.Configure<FlushOptions>(static options => options.FlushTracerProvider = true);
        return builder;
    }

    /// <summary>
    /// Adds the flight recorder: spans that have ended and jobs that run are kept in files until they are delivered. After the end of the
    /// process, whatever ended it, the next one delivers them, and reports the jobs that died with the first one.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="directory">
    /// The directory, on a disk that outlives the process. See <see cref="FlightRecorderOptions.Directory"/>. The setting
    /// <c>WorkerTracing:FlightRecorder:Directory</c> replaces it.
    /// </param>
    /// <param name="configure">
    /// Configures the recorder. Runs after the configuration section <c>WorkerTracing:FlightRecorder</c> has been applied.
    /// </param>
    /// <returns>The builder.</returns>
    /// <remarks>
    /// Records the exporters that implement <see cref="IRecordedSpanExporter"/>: OTLP, OpenAI and the console. The log names the others at the start.
    /// An invalid option stops the host at its start; a disk that cannot be written does not: then spans are kept in memory only, and
    /// counted.
    /// </remarks>
    public static WorkerTracingBuilder AddFlightRecorder(
        this WorkerTracingBuilder builder, string directory, Action<FlightRecorderOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(directory);
        OptionsBuilder<FlightRecorderOptions> options = builder.Services.AddOptions<FlightRecorderOptions>()
            .Configure<IServiceProvider>((options, services) =>
            {
                options.Directory = directory;
                WorkerTracingConfiguration.Bind(options, services);
            })
            .ValidateOnStart();
        if (configure is not null)
            options.PostConfigure(configure);
        builder.Services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<FlightRecorderOptions>, FlightRecorderOptionsValidator>());
        builder.Services.TryAddSingleton<HostRecorder>();
        return builder;
    }

    /// <param name="builder">The builder.</param>
    /// <param name="factory">Makes the exporter.</param>
    /// <param name="scheduleDelay">The exporter's own default, which the variables change as they change the general one.</param>
    /// <param name="configure">Configures the processor. Runs after the environment variables have been applied.</param>
    private static WorkerTracingBuilder AddExporter(
        this WorkerTracingBuilder builder,
        Func<IServiceProvider, BaseExporter<Activity>> factory,
        TimeSpan? scheduleDelay,
        Action<BatchTraceProcessorOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(factory);
        builder.Services.ConfigureOpenTelemetryTracerProvider((services, tracing) =>
        {
            var options = new BatchTraceProcessorOptions();
            if (scheduleDelay is { } delay)
                options.ScheduleDelay = delay;
            IConfiguration? configuration = services.GetService<IConfiguration>();
            BatchTraceProcessorEnvironment.Apply(options, name => configuration?[name] ?? Environment.GetEnvironmentVariable(name));
            options.FlightRecorder = services.GetService<HostRecorder>()?.Options;
            configure?.Invoke(options);
            if (factory(services) is not { } exporter)
            {
                Log.NoExporterFromFactory(services.GetRequiredService<RateLimitedLogger>(), nameof(AddExporter), TypeOf(factory));
                return;
            }

            if (exporter is OtlpSpanExporter { IsLogging: false } otlp)
                otlp.LogTo(services.GetRequiredService<RateLimitedLogger>().Unlimited());
            BatchTraceProcessor main = Create(exporter, null);

            // The SDK adds every later processor to a first one that is a CompositeProcessor. The outer one here passes spans on to all.
            tracing.AddProcessor(exporter is IPartitionedExporter partitioned
                ? new CompositeProcessor<Activity>([new PartitionedTraceProcessor(main, partitioned, Create)])
                : main);
            if (exporter is not IPartitionedExporter && main.Pipeline.Recording is { } recording)
                tracing.AddProcessor(new CallRecorder(recording.Channel));

            BatchTraceProcessor Create(BaseExporter<Activity> exporter, BatchTraceProcessor? main) => new(
                exporter,
                options,
                services.GetRequiredService<RateLimitedLogger>(),
                services.GetRequiredService<TimeProvider>(),
                main);
        });
        return builder;
    }

    /// <summary>Gets the type in whose code a lambda is.</summary>
    private static string TypeOf(Delegate lambda)
    {
        Type? type = lambda.Method.DeclaringType;
        while (type?.DeclaringType is { } outer)
            type = outer;
        return type?.ToString() ?? "an unknown type";
    }
}
