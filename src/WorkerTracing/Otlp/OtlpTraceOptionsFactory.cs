using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OpenTelemetry.Exporter;

namespace WorkerTracing;

/// <summary>
/// Creates the options of the OTLP exporter: the variables for every signal, those for traces over them, then what the application
/// configures. OpenTelemetry's own options read the variables for traces only inside its <c>UseOtlpExporter</c>, which adds a processor of
/// its own.
/// </summary>
internal sealed class OtlpTraceOptionsFactory(IServiceProvider services) : OptionsFactory<OtlpExporterOptions>(
    services.GetServices<IConfigureOptions<OtlpExporterOptions>>(),
    services.GetServices<IPostConfigureOptions<OtlpExporterOptions>>(),
    services.GetServices<IValidateOptions<OtlpExporterOptions>>())
{
    private readonly IgnoredSettings _ignored = new();
    private Uri? _tracesEndpoint;

    /// <summary>Creates the settings of an exporter, and logs those that cannot be used.</summary>
    /// <param name="configure">Configures the options. Runs after the variables and the application's services.</param>
    public OtlpSettings Create(Action<OtlpExporterOptions>? configure)
    {
        OtlpExporterOptions options = Create(Options.DefaultName);
        configure?.Invoke(options);
        var settings = OtlpSettings.Of(options, new OtlpContext
        {
            Variable = Variable,
            NamedClient = () => NamedHttpClient.Create(services, NamedHttpClient.OtlpTraceExporter),
            TracesEndpoint = _tracesEndpoint,
            Ignored = _ignored,
        });
        if (!_ignored.IsEmpty)
            Log.OtlpSettingsIgnored(services.GetRequiredService<RateLimitedLogger>(), _ignored.ToString());
        return settings;
    }

    protected override OtlpExporterOptions CreateInstance(string name)
    {
        var options = new OtlpExporterOptions();
        if (options.TimeoutMilliseconds <= 0)
            options.TimeoutMilliseconds = OtlpSettings.DefaultTimeoutMilliseconds; // the constructor has read the environment
        var variables = new OtlpVariables(Variable, _ignored);
        variables.Apply(options, "OTEL_EXPORTER_OTLP_");
        _tracesEndpoint = variables.Apply(options, "OTEL_EXPORTER_OTLP_TRACES_");
        return options;
    }

    private string? Variable(string name) => services.GetService<IConfiguration>()?[name] ?? Environment.GetEnvironmentVariable(name);
}
