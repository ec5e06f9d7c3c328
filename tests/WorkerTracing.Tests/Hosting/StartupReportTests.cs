using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using WorkerTracing.Testing;

namespace WorkerTracing.Tests;

[NonParallelizable] // every TracerProvider of the process records the jobs of all tests: the source is shared
public sealed class StartupReportTests
{
    private const string Local = "http://127.0.0.1:4318/v1/traces";

    private readonly HostLog _log = new();

    [Test]
    public async Task Start_SetUpAsTheDocsSay_IsOneLineThatNamesEverything()
    {
        await StartAsync(
            services =>
            {
                services.AddWorkerTracing(options => options.Flush = FlushMode.Wait)
                    .AddOtlpExporter(ToLocal)
                    .AddConsoleExporter();
                services.ConfigureOpenTelemetryTracerProvider(tracing =>
                    tracing.ConfigureResource(resource => resource.AddService("orders")));
            },
            host => host.GetRequiredService<JobTracer>().ReportAttached("Quartz"));

        Assert.That(_log.Events, Is.EqualTo(new[]
        {
            (30, $"Jobs are traced. Service: orders. Exporters: OtlpSpanExporter to {Local} (http/protobuf), ConsoleTraceExporter. "
                + "Flush: Wait, at most 5 s. Flight recorder: none. Frameworks: Quartz."),
        }));
    }

    [Test]
    public async Task Start_OverGrpc_NamesTheServer()
    {
        await StartAsync(static services => services.AddWorkerTracing().AddOtlpExporter(static otlp =>
            (otlp.Endpoint, otlp.Protocol) = (new Uri("http://127.0.0.1:4317"), OtlpExportProtocol.Grpc)));

        Assert.That(_log.TextOf(30), Does.Contain("Exporters: OtlpSpanExporter to http://127.0.0.1:4317 (grpc)."));
    }

    [Test]
    public async Task Start_ServiceWithoutAName_SaysHowToNameIt()
    {
        await StartAsync(static services => services.AddWorkerTracing().AddOtlpExporter(ToLocal));

        Assert.That(_log.Events.Single().Text, Does.Contain("Service: unknown_service:").And.Contain("(set OTEL_SERVICE_NAME)"));
    }

    [Test]
    public async Task Start_TracingTurnedOff_SaysSoAndNothingElse()
    {
        await StartAsync(static services => services.AddWorkerTracing(static options => options.Enabled = false));

        Assert.That(_log.Ids, Is.EqualTo(new[] { 31 }));
    }

    [Test]
    public async Task Start_NoExporter_NamesTheLineToAdd()
    {
        await StartAsync(static services => services.AddWorkerTracing());

        Assert.That(_log.TextOf(32), Does.Contain("builder.Services.AddWorkerTracing().AddOtlpExporter()"));
    }

    [Test]
    public async Task Start_ExporterOfTheApplication_IsNamedWithoutAWarning()
    {
        await StartAsync(static services =>
        {
            services.AddWorkerTracing();
            services.ConfigureOpenTelemetryTracerProvider(static tracing =>
                tracing.AddProcessor(new SimpleActivityExportProcessor(new RecordingExporter())));
        });

        Assert.That(_log.Ids, Is.EqualTo(new[] { 30 }));
        Assert.That(_log.Events[0].Text, Does.Contain("Exporters: RecordingExporter (not flushed by WorkerTracing)."));
    }

    [Test]
    public async Task Start_OneBackendTwice_IsAWarning()
    {
        await StartAsync(static services => services.AddWorkerTracing().AddOtlpExporter(ToLocal).AddOtlpExporter(ToLocal));

        Assert.That(
            _log.TextOf(33),
            Does.StartWith($"{Local} is the endpoint of 2 exporters: every span is sent there 2 times. Keep one AddOtlpExporter()"));
    }

    [TestCase("http://localhost:4318", OtlpExportProtocol.HttpProtobuf, "http://localhost:4318/v1/traces")]
    [TestCase("http://127.0.0.1:4317", OtlpExportProtocol.Grpc, "http://127.0.0.1:4317")]
    public async Task Start_OneBackendByAnotherAddress_IsAWarning(string endpoint, OtlpExportProtocol protocol, string shown)
    {
        await StartAsync(services => services.AddWorkerTracing()
            .AddOtlpExporter(ToLocal)
            .AddOtlpExporter(otlp => (otlp.Endpoint, otlp.Protocol) = (new Uri(endpoint), protocol)));

        Assert.That(_log.TextOf(33), Does.StartWith($"{Local} (also {shown}) is the endpoint of 2 exporters"));
    }

    [TestCase("http://127.0.0.1:4319/v1/traces")]
    [TestCase("http://127.0.0.1:4318/another-tenant/v1/traces")]
    [TestCase("http://192.0.2.1:4318/v1/traces")]
    public async Task Start_TwoBackends_AreNoMistake(string other)
    {
        await StartAsync(services => services.AddWorkerTracing()
            .AddOtlpExporter(ToLocal)
            .AddOtlpExporter(otlp => (otlp.Endpoint, otlp.Protocol) = (new Uri(other), OtlpExportProtocol.HttpProtobuf)));

        Assert.That(_log.Ids, Is.EqualTo(new[] { 30 }));
    }

    [Test]
    public async Task Start_UseOtlpExporterBesideOurs_IsAWarning()
    {
        await StartAsync(static services =>
        {
            services.AddWorkerTracing().AddOtlpExporter(ToLocal);
            new AppBuilder(services).UseOtlpExporter(OtlpExportProtocol.HttpProtobuf, new Uri("http://127.0.0.1:4318"));
        });

        Assert.That(_log.TextOf(34), Does.Contain("Remove UseOtlpExporter()").And.Contain("Keep AddWorkerTracing().AddOtlpExporter()"));
    }

    [Test]
    public async Task Start_OpenTelemetrysOtlpExporterBesideOurs_IsAWarning([Values] bool inOurProcessor)
    {
        var foreign = new OtlpExporterOptions { Endpoint = new Uri(Local), Protocol = OtlpExportProtocol.HttpProtobuf };
        await StartAsync(services =>
        {
            WorkerTracingBuilder tracing = services.AddWorkerTracing().AddOtlpExporter(ToLocal);
            if (inOurProcessor)
                tracing.AddExporter(_ => new OtlpTraceExporter(foreign));
            else
                services.ConfigureOpenTelemetryTracerProvider(provider =>
                    provider.AddProcessor(new BatchActivityExportProcessor(new OtlpTraceExporter(foreign))));
        });

        Assert.That(_log.TextOf(34), Does.StartWith("OtlpTraceExporter of OpenTelemetry").And.Contain(
            inOurProcessor ? "Remove AddExporter(services => new OtlpTraceExporter(...))." : "Remove AddOtlpExporter() in WithTracing"));
    }

    [Test]
    public async Task Start_ConsoleTwice_IsAWarning()
    {
        await StartAsync(static services => services.AddWorkerTracing().AddConsoleExporter().AddConsoleExporter());

        Assert.That(_log.TextOf(35), Does.Contain("printed as often. Keep one AddConsoleExporter()"));
    }

    [Test]
    public async Task Start_PackagePresentAndAttached_IsNoWarning()
    {
        await StartAsync(
            static services => services.AddWorkerTracing().AddOtlpExporter(ToLocal),
            static host => host.GetRequiredService<JobTracer>().ReportAttached("Quartz"),
            isDeployed: static assembly => assembly == "WorkerTracing.Quartz");

        Assert.That(_log.Ids, Is.EqualTo(new[] { 30 }));
    }

    [TestCase("WorkerTracing.Hangfire", "Hangfire")]
    [TestCase("WorkerTracing.MassTransit", "MassTransit")]
    [TestCase("WorkerTracing.Quartz", "Quartz")]
    [TestCase("WorkerTracing.Quartz3", "Quartz")]
    public async Task Start_PackagePresentAndNotAttached_NamesTheLineToAdd(string package, string framework)
    {
        await StartAsync(
            static services => services.AddWorkerTracing().AddOtlpExporter(ToLocal),
            isDeployed: assembly => assembly == package);

        Assert.That(
            _log.TextOf(37),
            Does.StartWith($"{package} is referenced, and no jobs of {framework} are traced.").And.Contain("UseWorkerTracing("));
    }

    [TestCase("Flsh", "Wait", "Did you mean WorkerTracing:Flush?")]
    [TestCase("FlushTimout", "00:00:05", "Did you mean WorkerTracing:FlushTimeout?")]
    [TestCase("Relations", "Link", "Did you mean WorkerTracing:Relation?")]
    [TestCase("Dashbord", "5", "Did you mean WorkerTracing:Dashboard?")]
    [TestCase("Filter", "true", "Set it in code: AddWorkerTracing(options => options.Filter = ...).")]
    [TestCase("Colour", "red", "The options are Flush, FlushTimeout,")]
    [TestCase("FlightRecorder:MaxByte", "5", "Did you mean WorkerTracing:FlightRecorder:MaxBytes?")]
    [TestCase("FlightRecorder:Colour", "red", "The options are Directory, MaxBytes, MaxAge, RecordRunningJobs.")]
    public async Task Start_KeyThatNoOptionHas_SaysWhichWasMeant(string key, string value, string advice)
    {
        await StartAsync(
            static services => services.AddWorkerTracing().AddOtlpExporter(ToLocal),
            settings: new() { [$"WorkerTracing:{key}"] = value });

        Assert.That(_log.TextOf(38), Does.StartWith($"WorkerTracing:{key} in the configuration is not an option").And.Contain(advice));
    }

    [TestCase("WorkerTracng:Flush", "WorkerTracng", "Did you mean WorkerTracing?")]
    [TestCase(
        "WorkerTracing_FlushTimeout",
        "WorkerTracing_FlushTimeout",
        "The name of an environment variable has two underscores: WorkerTracing__FlushTimeout.")]
    public async Task Start_SectionWithAnotherName_SaysWhichWasMeant(string key, string named, string advice)
    {
        await StartAsync(
            static services => services.AddWorkerTracing().AddOtlpExporter(ToLocal),
            settings: new() { [key] = "Wait", ["WorkerTraining:Course"] = "Flushing", ["WorkerTracing_Redis"] = "localhost" });

        Assert.That(_log.TextOf(38), Is.EqualTo($"{named} in the configuration is not an option and sets nothing. {advice}"));
    }

    [Test]
    public async Task Start_DirectoryThatCannotBeUsed_IsNamedWithItsStateAndTheSetting()
    {
        string file = Path.GetTempFileName();
        await StartAsync(services => services.AddWorkerTracing().AddOtlpExporter(ToLocal).AddFlightRecorder(file));
        File.Delete(file);

        Assert.That(_log.TextOf(60), Does.Contain(file).And.Contain("WorkerTracing:FlightRecorder:Directory"));
        Assert.That(_log.TextOf(30), Does.Contain($"Flight recorder: {file} (records nothing now)."));
    }

    [Test]
    public async Task Start_EveryOption_IsAKnownKey()
    {
        Dictionary<string, string?> settings = new() { ["WorkerTracing:OpenAI:ApiKey"] = "x" };
        var defaults = new WorkerTracingOptions();
        foreach (System.Reflection.PropertyInfo option in typeof(WorkerTracingOptions).GetProperties())
        {
            if (!typeof(Delegate).IsAssignableFrom(option.PropertyType))
                settings.TryAdd($"WorkerTracing:{option.Name}", Convert.ToString(option.GetValue(defaults), null));
        }

        await StartAsync(static services => services.AddWorkerTracing().AddOtlpExporter(ToLocal), settings: settings);

        Assert.That(_log.Ids, Is.EqualTo(new[] { 30 }), string.Join('\n', _log.Events));
    }

    [TestCase("FlushTimeout")]
    [TestCase("ShutdownTimeout")]
    public async Task Start_TimeoutOfFive_SaysThatThatIsFiveDays(string option)
    {
        await StartAsync(
            static services => services.AddWorkerTracing().AddOtlpExporter(ToLocal),
            settings: new() { [$"WorkerTracing:{option}"] = "5" });

        Assert.That(
            _log.TextOf(39),
            Does.StartWith($"{option} is 5.00:00:00: 5 days.").And.EndWith($"options.{option} = TimeSpan.FromSeconds(5)."));
    }

    [TestCase("LinkAfter")]
    [TestCase("ReportRunningEvery")]
    public async Task Start_PlainNumberForATime_SaysThatThoseAreDays(string option)
    {
        await StartAsync(
            static services => services.AddWorkerTracing().AddOtlpExporter(ToLocal),
            settings: new() { [$"WorkerTracing:{option}"] = "10" });

        Assert.That(_log.TextOf(39), Does.StartWith($"{option} is 10.00:00:00: 10 days."));
    }

    [Test]
    public async Task Start_FactoryThatReturnsNull_AddsNoExporterAndSaysSo()
    {
        await StartAsync(static services => services.AddWorkerTracing()
            .AddExporter(static _ => null!)
            .AddOtlpExporter(ToLocal));

        Assert.That(_log.TextOf(40), Does.StartWith(
            $"AddExporter: the factory returned null, and no exporter is added. The factory is in {typeof(StartupReportTests)}."));
        Assert.That(_log.Events[^1].Text, Does.Contain("Exporters: OtlpSpanExporter to"));
    }

    [Test]
    public void Foreign_ProviderOfTheSdk_IsReadable()
    {
        // Fails when a new version of the SDK hides its processors: the warnings of the start would be silent without it.
        using TracerProvider none = Sdk.CreateTracerProviderBuilder().Build();
        using TracerProvider one = Sdk.CreateTracerProviderBuilder().AddProcessor(new Plain()).Build();
        using TracerProvider three = Sdk.CreateTracerProviderBuilder()
            .AddProcessor(new Plain())
            .AddProcessor(new BatchTraceProcessor(new RecordingExporter()))
            .AddProcessor(new SimpleActivityExportProcessor(new RecordingExporter()))
            .Build();

        Assert.That(ProviderProcessors.Foreign(none), Is.Empty);
        Assert.That(ProviderProcessors.Foreign(one)!.Single(), Is.TypeOf<Plain>());
        Assert.That(
            ProviderProcessors.Foreign(three)!.Select(ProviderProcessors.ExporterOf),
            Is.EqualTo(new[] { null, nameof(RecordingExporter) }));
    }

    private static void ToLocal(OtlpExporterOptions otlp) =>
        (otlp.Endpoint, otlp.Protocol) = (new Uri(Local), OtlpExportProtocol.HttpProtobuf);

    private async Task StartAsync(
        Action<IServiceCollection> configure,
        Action<IServiceProvider>? beforeStart = null,
        Dictionary<string, string?>? settings = null,
        Func<string, bool>? isDeployed = null)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Logging.AddProvider(_log);
        configure(builder.Services);
        builder.Services.AddSingleton(new DeployedAssemblies(isDeployed ?? (static _ => false)));
        using IHost host = builder.Build();
        beforeStart?.Invoke(host.Services);
        await host.StartAsync();
        await host.StopAsync();
    }

    private sealed record AppBuilder(IServiceCollection Services) : IOpenTelemetryBuilder;

    private sealed class Plain : BaseProcessor<Activity>;
}
