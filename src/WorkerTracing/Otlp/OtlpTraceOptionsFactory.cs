using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OpenTelemetry.Exporter;

namespace WorkerTracing;

/// <summary>
/// Makes the options of the OTLP exporter: the variables for every signal, those for traces over them, then what the app configures.
/// OpenTelemetry's
/// own options read the variables for traces only inside its <c>UseOtlpExporter</c>, which adds a processor that is not ours.
/// </summary>
internal sealed class OtlpTraceOptionsFactory(IServiceProvider services) : OptionsFactory<OtlpExporterOptions>(
    services.GetServices<IConfigureOptions<OtlpExporterOptions>>(),
    services.GetServices<IPostConfigureOptions<OtlpExporterOptions>>(),
    services.GetServices<IValidateOptions<OtlpExporterOptions>>())
{
    private const string TracesPath = "v1/traces";

    private Uri? _everySignal;

    /// <param name="configure">Has the last word.</param>
    public OtlpExporterOptions Create(Action<OtlpExporterOptions>? configure)
    {
        OtlpExporterOptions options = Create(Options.DefaultName);
        configure?.Invoke(options);
        if (ReferenceEquals(options.Endpoint, _everySignal) && options.Protocol == OtlpExportProtocol.HttpProtobuf)
            options.Endpoint = TracesBelow(options.Endpoint);
        return options;
    }

    protected override OtlpExporterOptions CreateInstance(string name)
    {
        IConfiguration? configuration = services.GetService<IConfiguration>();
        var variables = new OtlpVariables(variable => configuration?[variable] ?? Environment.GetEnvironmentVariable(variable));
        var options = new OtlpExporterOptions();
        _everySignal = variables.Apply(options, "OTEL_EXPORTER_OTLP_");
        variables.Apply(options, "OTEL_EXPORTER_OTLP_TRACES_");
        if (variables.Ignored.Count > 0)
            Log.OtlpVariablesIgnored(services.GetRequiredService<RateLimitedLogger>(), string.Join(", ", variables.Ignored));
        return options;
    }

    private static Uri TracesBelow(Uri endpoint)
    {
        string address = endpoint.AbsoluteUri.TrimEnd('/');
        return address.EndsWith(TracesPath, StringComparison.OrdinalIgnoreCase) ? endpoint : new Uri($"{address}/{TracesPath}");
    }
}
