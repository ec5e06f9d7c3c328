using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace WorkerTracing;

/// <summary>
/// Logs one line when the host has started: which exporters, service, flush mode and frameworks are set up. Logs a warning for each likely
/// mistake, with the line that corrects it.
/// </summary>
internal sealed class StartupReport(
    TracerProvider provider,
    JobTracer tracer,
    WorkerTracingMonitor monitor,
    ConfiguredServices services,
    DeployedAssemblies assemblies,
    IOptions<WorkerTracingOptions> options,
    IConfiguration configuration,
    RateLimitedLogger log)
{
    [SuppressMessage("Design", "CA1031", Justification = "The boundary of the report: a host starts with it or without it.")]
    public void Write()
    {
        try
        {
            WarnOfConfiguration();
            if (!tracer.IsEnabled)
            {
                Log.TracingDisabled(log);
                return;
            }

            IReadOnlyList<ExporterStatus> own = monitor.GetExporters();
            string[]? foreign = ProviderProcessors.Foreign(provider)?
                .Select(static processor => ProviderProcessors.ExporterOf(processor) ?? processor.GetType().Name).ToArray();
            Log.Started(log, Service(), Exporters(own, foreign), Flush(), Recorders(), Frameworks());
            WarnOfLateProcessors();
            WarnOfExporters(own, foreign);
            WarnOfFrameworks();
        }
        catch (Exception exception)
        {
            tracer.ReportFailure("Startup", exception);
        }
    }

    private static string Exporters(IReadOnlyList<ExporterStatus> own, string[]? foreign)
    {
        string[] all = [.. own.Select(Describe), .. (foreign ?? []).Select(static name => $"{name} (not flushed by WorkerTracing)")];
        return all.Length == 0 ? "none" : string.Join(", ", all);
    }

    private static string Describe(ExporterStatus exporter) => (exporter.Address, exporter.Protocol) switch
    {
        (null, _) => exporter.Name,
        (var address, "grpc") => $"{exporter.Name} to {ServerOf(address)} (grpc)",
        (var address, null) => $"{exporter.Name} to {address}",
        var (address, protocol) => $"{exporter.Name} to {address} ({protocol})",
    };

    /// <summary>Gets the address without the path, which is the same for every server of OTLP over gRPC.</summary>
    private static string ServerOf(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) ? uri.GetLeftPart(UriPartial.Authority) : address;

    private string Service()
    {
        string name = provider.GetResource().Attributes.FirstOrDefault(static attribute => attribute.Key == "service.name").Value as string
            ?? "unknown_service";
        return name.StartsWith("unknown_service", StringComparison.Ordinal) ? $"{name} (set OTEL_SERVICE_NAME)" : name;
    }

    private string Flush() => (options.Value.Flush, options.Value.FlushTimeout) switch
    {
        (FlushMode.Wait, { Ticks: < 0 }) => "Wait, without a timeout",
        (FlushMode.Wait, var timeout) => string.Create(CultureInfo.InvariantCulture, $"Wait, at most {timeout.TotalSeconds:0.###} s"),
        var (mode, _) => mode.ToString(),
    };

    private string Recorders()
    {
        string[] directories = [.. monitor.GetRecorders().Select(static recorder => recorder.Directory)];
        return directories.Length == 0 ? "none" : string.Join(", ", directories);
    }

    /// <summary>Warns of processors that see a span after it was recorded: what they remove is on disk.</summary>
    private void WarnOfLateProcessors()
    {
        foreach (BaseProcessor<Activity> processor in ProviderProcessors.AfterRecording(provider) ?? [])
            Log.ProcessorAfterRecorder(log, processor.GetType().Name);
    }

    private string Frameworks()
    {
        string[] attached = [.. tracer.Frameworks.Concat(JobFramework.All.Where(IsAttached).Select(static framework => framework.Name))
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return attached.Length == 0 ? "none" : string.Join(", ", attached);
    }

    private void WarnOfConfiguration()
    {
        IConfigurationSection section = configuration.GetSection(WorkerTracingConfiguration.Section);
        foreach (IConfigurationSection setting in section.GetChildren())
        {
            if (WorkerTracingConfiguration.AdviceFor(setting.Key) is { } advice)
                Log.UnknownOption(log, setting.Path, advice);
        }

        WarnOfDays(nameof(WorkerTracingOptions.FlushTimeout), options.Value.FlushTimeout);
        WarnOfDays(nameof(WorkerTracingOptions.ShutdownTimeout), options.Value.ShutdownTimeout);
    }

    private void WarnOfDays(string option, TimeSpan value)
    {
        if (value >= TimeSpan.FromDays(1))
            Log.TimeoutOfDays(log, option, value, value.TotalDays);
    }

    private void WarnOfExporters(IReadOnlyList<ExporterStatus> own, string[]? foreign)
    {
        if (own.Count == 0 && foreign is { Length: 0 } && !services.ContainsTypeOf(ProviderProcessors.DashboardPackage))
            Log.NoExporter(log, InstrumentationScope.Name);

        foreach (IGrouping<string, ExporterStatus> twice in own
            .Where(static exporter => exporter is { Name: nameof(OtlpSpanExporter), Address: not null })
            .GroupBy(static exporter => exporter.Address!).Where(static same => same.Count() > 1))
            Log.SameBackendTwice(log, twice.Key, twice.Count());

        string[] others = [.. own.Select(static exporter => exporter.Name).Concat(foreign ?? [])
            .Where(static name => name == "OtlpTraceExporter")];
        if (others.Length > 0 && own.Any(static exporter => exporter.Name == nameof(OtlpSpanExporter)))
            Log.ForeignOtlpExporter(log, others[0], services.Contains("OpenTelemetry.Exporter.UseOtlpExporterRegistration")
                ? "UseOtlpExporter()"
                : "AddOtlpExporter() of OpenTelemetry");

        int consoles = own.Count(static exporter => exporter.Name == nameof(ConsoleTraceExporter));
        if (consoles > 1)
            Log.ConsoleTwice(log, nameof(ConsoleTraceExporter), consoles);
    }

    private void WarnOfFrameworks()
    {
        foreach (JobFramework framework in JobFramework.All)
        {
            if (IsAttached(framework))
                continue;
            if (services.Contains(framework.Service))
            {
                if (framework.Server is null || services.ContainsHostedServiceOf(framework.Server))
                    Log.FrameworkNotAttached(
                        log, framework.Name, framework.Line, framework.PackageFor(services.VersionOf(framework.Service)));
            }
            else if (framework.Packages.FirstOrDefault(assemblies.Contains) is { } package)
                Log.PackageNotAttached(log, package, framework.Name, framework.Line);
        }
    }

    /// <summary>
    /// Returns true if the integration reported itself or has registered services. A scheduler that the application starts later creates
    /// them then.
    /// </summary>
    private bool IsAttached(JobFramework framework) =>
        tracer.Frameworks.Contains(framework.Name) || framework.Packages.Any(services.ContainsTypeOf);
}
