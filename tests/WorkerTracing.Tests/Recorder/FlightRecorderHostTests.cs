using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Trace;
using WorkerTracing.Testing;

namespace WorkerTracing.Tests;

/// <summary>The flight recorder as a host sets it up.</summary>
[NonParallelizable] // every TracerProvider of the process records the jobs of all tests: the source is shared
public sealed class FlightRecorderHostTests
{
    private readonly TemporaryDirectory _directory = new();
    private readonly HostLog _log = new();

    [TearDown]
    public void Delete() => _directory.Dispose();

    [Test]
    public async Task Start_WithARecorder_NamesItInTheLineAndShowsIt()
    {
        using IHost host = await StartAsync(builder => builder.AddOtlpExporter(ToNobody).AddFlightRecorder(_directory.Path));

        FlightRecorderStatus recorder = host.Services.GetRequiredService<WorkerTracingMonitor>().GetRecorders().Single();
        Assert.That(_log.TextOf(30), Does.Contain($"Flight recorder: {_directory.Path}."));
        Assert.That((recorder.Directory, recorder.MaxBytes, recorder.Backlog, recorder.Failure),
            Is.EqualTo((_directory.Path, 256L * 1024 * 1024, 0L, (string?)null)));
        Assert.That(recorder.Bytes, Is.InRange(1, recorder.MaxBytes));
        Assert.That(_directory.SubDirectories, Has.Length.EqualTo(1));
        await host.StopAsync();
    }

    [Test]
    public async Task Start_ConfigurationSection_ReplacesTheArgumentAndCodeRunsAfterIt()
    {
        string configured = Path.Combine(_directory.Path, "configured");
        using IHost host = await StartAsync(
            builder => builder.AddOtlpExporter(ToNobody).AddFlightRecorder("elsewhere", static options => options.MaxAge /= 2),
            ("WorkerTracing:FlightRecorder:Directory", configured),
            ("WorkerTracing:FlightRecorder:MaxBytes", "20000000"),
            ("WorkerTracing:FlightRecorder:MaxAge", "02:00:00"),
            ("WorkerTracing:FlightRecorder:RecordRunningJobs", "false"));

        FlightRecorderOptions options = host.Services.GetRequiredService<IOptions<FlightRecorderOptions>>().Value;
        Assert.That((options.Directory, options.MaxBytes, options.MaxAge, options.RecordRunningJobs),
            Is.EqualTo((configured, 20_000_000L, TimeSpan.FromHours(1), false)));
        Assert.That(Directory.Exists(configured), Is.True);
        await host.StopAsync();
    }

    [TestCase("", 1L << 28, "1", "Directory is ''")]
    [TestCase("d", 1000, "1", "MaxBytes is 1000")]
    [TestCase("d", 1L << 28, "-1", "MaxAge is -1.00:00:00")]
    public void Start_OptionOutOfRange_NamesOptionAndValue(string directory, long maxBytes, string maxAge, string expected)
    {
        void Configure(FlightRecorderOptions options) =>
            (options.MaxBytes, options.MaxAge) = (maxBytes, TimeSpan.Parse(maxAge, System.Globalization.CultureInfo.InvariantCulture));

        Assert.That(
            async () => await StartAsync(builder => builder.AddOtlpExporter(ToNobody).AddFlightRecorder(directory, Configure)),
            Throws.InstanceOf<OptionsValidationException>().With.Message.Contains($"FlightRecorderOptions.{expected}"));
        Assert.That(
            () => new BatchTraceProcessor(new RecordingExporter(), new BatchTraceProcessorOptions
            {
                FlightRecorder = new FlightRecorderOptions
                {
                    Directory = directory,
                    MaxBytes = maxBytes,
                    MaxAge = TimeSpan.Parse(maxAge, System.Globalization.CultureInfo.InvariantCulture),
                },
            }),
            Throws.InstanceOf<OptionsValidationException>().With.Message.Contains($"BatchTraceProcessorOptions.FlightRecorder.{expected}"));
    }

    [Test]
    public async Task Start_TracingTurnedOff_WritesNothing()
    {
        using IHost host = await StartAsync(
            builder => builder.AddOtlpExporter(ToNobody).AddFlightRecorder(_directory.Path), ("WorkerTracing:Enabled", "false"));
        await host.StopAsync();

        Assert.That(_directory.SubDirectories, Is.Empty);
    }

    [Test]
    public async Task Start_ExporterThatCannotBeRecorded_SaysSo()
    {
        using IHost host = await StartAsync(
            builder => builder.AddExporter(static _ => new RecordingExporter()).AddFlightRecorder(_directory.Path));
        await host.StopAsync();

        Assert.That(_log.TextOf(17), Does.StartWith($"{nameof(RecordingExporter)} is not recorded"));
    }

    [Test]
    public async Task Start_ProcessorBehindTheRecorder_IsWarnedOf()
    {
        using IHost host = await StartAsync(builder =>
        {
            builder.Services.ConfigureOpenTelemetryTracerProvider(static tracing => tracing.AddProcessor(new BeforeProcessor()));
            builder.AddFlightRecorder(_directory.Path).AddOtlpExporter(ToNobody);
            builder.Services.ConfigureOpenTelemetryTracerProvider(static tracing => tracing.AddProcessor(new RedactingProcessor()));
        });
        await host.StopAsync();

        Assert.That(_log.TextOf(20), Does.StartWith(nameof(RedactingProcessor)));
    }

    [Test]
    public async Task Start_CallThatDidNotEnd_IsReportedByTheNextHost()
    {
        await using var backend = new OtlpReceiver();
        using var source = new ActivitySource($"calls {Guid.NewGuid():n}");
        void Configure(WorkerTracingBuilder builder) => builder
            .AddSource(source.Name)
            .AddFlightRecorder(_directory.Path)
            .AddOtlpExporter(otlp =>
                (otlp.Endpoint, otlp.Protocol) = (new Uri(backend.Endpoint, "v1/traces"), OtlpExportProtocol.HttpProtobuf));
        using (IHost host = await StartAsync(Configure))
        {
            source.StartActivity("call", ActivityKind.Client);
            await host.StopAsync();
        }

        using IHost next = await StartAsync(Configure);
        await Until.TrueAsync(() => backend.Spans.Any(static span => span.Name == "call"), "the call has arrived");
        await next.StopAsync();

        Assert.That(backend.Spans.Single(static span => span.Name == "call").Attributes["error.type"], Is.EqualTo("abandoned"));
    }

    [Test]
    public async Task CheckHealth_DirectoryCannotBeMade_IsDegradedAndTheHostRuns()
    {
        string file = Path.Combine(_directory.Path, "file");
        await File.WriteAllTextAsync(file, "");
        using IHost host = await StartAsync(builder =>
        {
            builder.AddOtlpExporter(ToNobody).AddFlightRecorder(Path.Combine(file, "below"));
            builder.Services.AddHealthChecks().AddWorkerTracing();
        });

        HealthReport report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        await host.StopAsync();

        Assert.That(report.Status, Is.EqualTo(HealthStatus.Degraded));
        Assert.That(report.Entries.Single().Value.Description, Does.Contain("records nothing"));
    }

    [Test]
    public async Task Start_AfterAProcessThatDied_TheFirstJobLinksToItsAttemptBefore()
    {
        var attempt = new JobInfo { System = "test", Name = "nightly", Id = Guid.NewGuid().ToString(), RecoveryIds = ["first"] };
        using IHost died = await StartAsync(builder => builder.AddOtlpExporter(ToNobody).AddFlightRecorder(_directory.Path));
        JobTrace before = died.Services.GetRequiredService<JobTracer>().Start(attempt);
        Kill();

        var first = new FirstJob(attempt with { Attempt = 2, RecoveryIds = ["other", "first", "second"] });
        using IHost next = await StartAsync(builder =>
        {
            builder.Services.AddSingleton<IHostedService>(services => first.In(services));
            builder.AddOtlpExporter(ToNobody).AddFlightRecorder(_directory.Path);
        });

        Assert.That(
            first.Trace!.Activity!.Links.Select(static link => (link.Context.SpanId, link.Tags!.Single().Value)),
            Is.EqualTo(new[] { (before.Activity!.SpanId, (object?)"previous_attempt") }));
        Kill();

        var second = new FirstJob(attempt with { Attempt = 3, RecoveryIds = ["second", "third"] });
        using IHost last = await StartAsync(builder =>
        {
            builder.Services.AddSingleton<IHostedService>(services => second.In(services));
            builder.AddOtlpExporter(ToNobody).AddFlightRecorder(_directory.Path);
        });

        Assert.That(
            second.Trace!.Activity!.Links.Select(static link => link.Context.SpanId),
            Is.EqualTo(new[] { first.Trace.Activity.SpanId }),
            "an attempt that dies is found by each of its ids");
        second.Trace.Stop();
        Activity.Current = null;
    }

    /// <summary>Gives up the files as if the process had been killed: what is open stays in them.</summary>
    private void Kill()
    {
        foreach (BatchTraceProcessor processor in LiveProcessors.All)
        {
            if (processor.Pipeline.Recording?.Recorder is { } recorder && recorder.Options.Directory == _directory.Path)
                recorder.Dispose();
        }

        Activity.Current = null;
    }

    private static void ToNobody(OtlpExporterOptions options) =>
        (options.Endpoint, options.Protocol) = (new Uri("http://127.0.0.1:9/v1/traces"), OtlpExportProtocol.HttpProtobuf);

    private async Task<IHost> StartAsync(Action<WorkerTracingBuilder> configure, params (string Key, string Value)[] settings)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(static one => one.Key, static string? (one) => one.Value));
        builder.Logging.AddProvider(_log);
        configure(builder.Services.AddWorkerTracing());
        IHost host = builder.Build();
        await host.StartAsync();
        return host;
    }

    /// <summary>Starts a job as soon as a hosted service can.</summary>
    private sealed class FirstJob(JobInfo job) : IHostedService
    {
        private IServiceProvider? _services;

        public JobTrace? Trace { get; private set; }

        public FirstJob In(IServiceProvider services)
        {
            _services = services;
            return this;
        }

        public Task StartAsync(CancellationToken cancellationToken)
        {
            Trace = _services!.GetRequiredService<JobTracer>().Start(job);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class BeforeProcessor : BaseProcessor<Activity>;

    private sealed class RedactingProcessor : BaseProcessor<Activity>;
}
