using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
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
    ConfigurationWarnings configuration,
    RateLimitedLogger log)
{
    [SuppressMessage("Design", "CA1031", Justification = "The boundary of the report: a host starts with it or without it.")]
    public void Write()
    {
        try
        {
            configuration.Write();
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
        (var address, null) => $"{exporter.Name} to {address}",
        var (address, protocol) => $"{exporter.Name} to {BackendAddress.Show(address, protocol)} ({protocol})",
    };

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
        string[] directories = [.. monitor.GetRecorders().Select(static recorder =>
            recorder.Failure is null ? recorder.Directory : $"{recorder.Directory} (records nothing now)")];
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

    private void WarnOfExporters(IReadOnlyList<ExporterStatus> own, string[]? foreign)
    {
        if (own.Count == 0 && foreign is { Length: 0 } && !services.ContainsTypeOf(ProviderProcessors.DashboardPackage))
            Log.NoExporter(log, InstrumentationScope.Name);

        foreach (IGrouping<string, ExporterStatus> twice in own
            .Where(static exporter => exporter is { Name: nameof(OtlpSpanExporter), Address: not null })
            .GroupBy(static exporter => BackendAddress.KeyOf(exporter.Address!, exporter.Protocol))
            .Where(static same => same.Count() > 1))
            Log.SameBackendTwice(log, Addresses(twice), twice.Count());

        if (own.Any(static exporter => exporter.Name == nameof(OtlpSpanExporter)))
            WarnOfOpenTelemetrysExporter(own, foreign);

        int consoles = own.Count(static exporter => exporter.Name == nameof(ConsoleTraceExporter));
        if (consoles > 1)
            Log.ConsoleTwice(log, nameof(ConsoleTraceExporter), consoles);
    }

    /// <summary>Gets the first address, with the other ones of the same backend behind it.</summary>
    private static string Addresses(IEnumerable<ExporterStatus> exporters)
    {
        string[] all = [.. exporters.Select(static exporter => BackendAddress.Show(exporter.Address!, exporter.Protocol)).Distinct()];
        return all.Length == 1 ? all[0] : $"{all[0]} (also {string.Join(", ", all[1..])})";
    }

    private void WarnOfOpenTelemetrysExporter(IReadOnlyList<ExporterStatus> own, string[]? foreign)
    {
        const string Exporter = "OtlpTraceExporter";
        if (own.Any(static exporter => exporter.Name == Exporter))
            Log.ForeignOtlpExporter(log, Exporter, "AddExporter(services => new OtlpTraceExporter(...))");
        else if (foreign?.Contains(Exporter) == true)
            Log.ForeignOtlpExporter(log, Exporter, services.Contains("OpenTelemetry.Exporter.UseOtlpExporterRegistration")
                ? "UseOtlpExporter(); metrics and logs go on with WithMetrics(metrics => metrics.AddOtlpExporter()) and "
                    + "WithLogging(logs => logs.AddOtlpExporter())"
                : "AddOtlpExporter() in WithTracing(tracing => ...)");
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
