using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using OpenTelemetry;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using WorkerTracing.Testing;

namespace WorkerTracing.Tests;

[Category("Flush")]
[NonParallelizable] // every TracerProvider of the process records the jobs of all tests: the source is shared
public sealed class HostTests
{
    private readonly RecordingExporter _exporter = new();

    [TestCase(true)]
    [TestCase(false)]
    public async Task Stop_LastWordsOfABackgroundService_ArriveWhateverTheOrderOfRegistration(bool serviceFirst)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        if (serviceFirst)
            builder.Services.AddHostedService<LastWords>();
        builder.Services.AddWorkerTracing().AddExporter(_ => _exporter, Lazily);
        if (!serviceFirst)
            builder.Services.AddHostedService<LastWords>();
        using IHost host = builder.Build();

        await host.StartAsync();
        await host.Services.GetServices<IHostedService>().OfType<BackgroundService>().Single().ExecuteTask!;
        await host.StopAsync();

        Assert.That(
            _exporter.Spans.Select(span => span.DisplayName),
            Is.EqualTo(new[] { "first words", "last words" }),
            "before the container disposes the provider");
    }

    [Test]
    public async Task Stop_DeadBackend_DoesNotHoldTheExit()
    {
        using var gate = new Gate();
        _exporter.OnExport = _ =>
        {
            gate.Pass();
            return ExportResult.Success;
        };
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddHostedService<LastWords>();
        builder.Services.AddWorkerTracing(options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(100))
            .AddExporter(_ => _exporter, Lazily);
        IHost host = builder.Build();
        await host.StartAsync();

        await Until.DoneAsync(host.StopAsync(), "the stop");
        await Until.DoneAsync(Task.Run(host.Dispose), "the disposal");

        Assert.That(_exporter.Spans, Is.Empty);
        gate.Open();
    }

    [Test]
    public async Task Stop_AfterTheHostsOwnDeadline_StillDrainsAWorkingBackend()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(20));
        builder.Services.AddHostedService<Outliving>();
        builder.Services.AddWorkerTracing().AddExporter(_ => _exporter, Lazily);
        using IHost host = builder.Build();
        await host.StartAsync();

        try
        {
            await host.StopAsync();
        }
        catch (OperationCanceledException)
        {
            // the service outlived the deadline: that is the case at hand
        }

        Assert.That(_exporter.Spans.Select(span => span.DisplayName), Is.EqualTo(new[] { "outliving" }));
    }

    [Test]
    public async Task Dispose_JobsOfAServiceThatIsDisposedBeforeTheProvider_Arrive([Values] bool flushProvider)
    {
        using (IHost host = Start(services =>
        {
            WorkerTracingBuilder tracing = services.AddWorkerTracing()
                .AddExporter(_ => _exporter, static options => options.MaxBatchSize = 1);
            if (flushProvider)
                tracing.FlushTracerProvider();
            services.AddSingleton<Disposed>();
        }))
        {
            host.Services.GetRequiredService<Disposed>();
            await host.StopAsync();
        }

        Assert.That(_exporter.Spans, Has.Count.EqualTo(100));
    }

    [Test]
    public async Task Flusher_FromTheContainer_DeliversAndConfirms()
    {
        using IHost host = Start(services => services.AddWorkerTracing().AddExporter(_ => _exporter, Lazily));
        JobTrace job = host.Services.GetRequiredService<JobTracer>().Start(Pipeline.Job());
        await job.EndAsync();

        FlushResult result = await host.Services.GetRequiredService<ITraceFlusher>().FlushAsync(TimeSpan.FromSeconds(30));

        Assert.That(result, Is.EqualTo(new FlushResult(FlushStatus.Delivered, 1, 0, result.Elapsed)));
        await host.StopAsync();
    }

    [Test]
    public void AddWorkerTracing_Twice_RegistersOnce()
    {
        var services = new ServiceCollection();
        services.AddWorkerTracing();
        int once = services.Count(service => service.ServiceType == typeof(IHostedService));
        services.AddWorkerTracing();

        Assert.That(services.Count(service => service.ServiceType == typeof(IHostedService)), Is.EqualTo(once));
        Assert.That(services.Count(service => service.ServiceType == typeof(JobTracer)), Is.EqualTo(1));
        Assert.That(services.Count(service => service.ServiceType == typeof(TracerProvider)), Is.EqualTo(1));
    }

    [Test]
    public async Task AddWorkerTracing_WithoutAHost_RecordsAndDelivers()
    {
        var services = new ServiceCollection();
        services.AddWorkerTracing(static options => options.Flush = FlushMode.Wait).AddExporter(_ => _exporter, Lazily);
        await using ServiceProvider provider = services.BuildServiceProvider();

        await provider.GetRequiredService<JobTracer>().RunAsync("job", static (_, _) => Task.CompletedTask);

        Assert.That(_exporter.Spans, Has.Count.EqualTo(1), "a container without a configuration will do");
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task AddWorkerTracing_BesideTheAppsOwnOpenTelemetry_SharesOneProvider(bool appFirst)
    {
        var own = new RecordingExporter();
        using IHost host = Start(services =>
        {
            if (appFirst)
                AddOwn(services);
            services.AddWorkerTracing(static options => options.Flush = FlushMode.Wait).AddExporter(_ => _exporter, Lazily);
            if (!appFirst)
                AddOwn(services);
        });
        await host.Services.GetRequiredService<JobTracer>().RunAsync("job", static (_, _) => Task.CompletedTask);

        Assert.That(own.Spans, Has.Count.EqualTo(1));
        Assert.That(_exporter.Spans, Has.Count.EqualTo(1));
        Assert.That(
            _exporter.ParentProvider.GetResource().Attributes,
            Has.Some.EqualTo(new KeyValuePair<string, object>("service.name", "the app's own")));
        await host.StopAsync();

        void AddOwn(IServiceCollection services) => new AppBuilder(services).WithTracing(tracing => tracing
            .ConfigureResource(static resource => resource.AddService("the app's own"))
            .AddProcessor(new SimpleActivityExportProcessor(own)));
    }

    [Test]
    public async Task Options_FromConfiguration_AreBoundAndChangedByCode()
    {
        using IHost host = Start(
            services => services.AddWorkerTracing(options => options.Relation = TraceRelation.Link),
            new() { ["WorkerTracing:Flush"] = "Wait", ["WorkerTracing:FlushTimeout"] = "00:00:02", ["WorkerTracing:Relation"] = "Child" });

        WorkerTracingOptions options = host.Services.GetRequiredService<IOptions<WorkerTracingOptions>>().Value;

        Assert.That(options.Flush, Is.EqualTo(FlushMode.Wait));
        Assert.That(options.FlushTimeout, Is.EqualTo(TimeSpan.FromSeconds(2)));
        Assert.That(options.Relation, Is.EqualTo(TraceRelation.Link), "code comes after configuration");
        await host.StopAsync();
    }

    [TestCase("FlushTimeout", "-00:00:05", "FlushTimeout is -00:00:05")]
    [TestCase("FlushTimeout", "soon", "'soon' at 'WorkerTracing:FlushTimeout'")]
    [TestCase("ShutdownTimeout", "00:00:00", "WorkerTracingOptions.ShutdownTimeout is 00:00:00")]
    [TestCase("ShutdownTimeout", "", "'' at 'WorkerTracing:ShutdownTimeout'")]
    [TestCase("Flush", "Always", "'Always' at 'WorkerTracing:Flush'")]
    [TestCase("Flush", "7", "WorkerTracingOptions.Flush is 7")]
    [TestCase("Relation", "Parent", "'Parent' at 'WorkerTracing:Relation'")]
    [TestCase("Relation", "-1", "WorkerTracingOptions.Relation is -1")]
    [TestCase("LinkAfter", "-00:01:00", "WorkerTracingOptions.LinkAfter is -00:01:00")]
    [TestCase("LinkAfter", "a minute", "'a minute' at 'WorkerTracing:LinkAfter'")]
    [TestCase("ReportRunningAfter", "30", "ReportRunningAfter is 30.00:00:00; it must be positive and at most 24 days")]
    [TestCase("FlightRecorder:MaxAge", "3 days", "'3 days' at 'WorkerTracing:FlightRecorder:MaxAge'")]
    [TestCase("CaptureArguments", "some", "'some' at 'WorkerTracing:CaptureArguments'")]
    [TestCase("Enabled", "on", "'on' at 'WorkerTracing:Enabled'")]
    public void Start_InvalidOption_StopsWithItsNameAndValue(string option, string value, string message)
    {
        using IHost host = Build(
            static services => services.AddWorkerTracing().AddFlightRecorder("not used"), new() { [$"WorkerTracing:{option}"] = value });

        Exception? thrown = Assert.CatchAsync(() => host.StartAsync());

        Assert.That(thrown!.Message, Does.Contain(message));
    }

    [Test]
    public void Start_InvalidOptionsFromCode_StopsWithTheNameAndValueOfEach()
    {
        using IHost host = Build(static services => services.AddWorkerTracing(static options =>
        {
            options.Flush = (FlushMode)7;
            options.FlushTimeout = TimeSpan.Zero;
            options.ShutdownTimeout = TimeSpan.FromSeconds(-2);
            options.Relation = (TraceRelation)(-1);
            options.LinkAfter = TimeSpan.FromMinutes(-1);
        }));

        OptionsValidationException refused = Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync())!;

        Assert.That(refused.Message, Does.Contain("WorkerTracingOptions.Flush is 7")
            .And.Contain("WorkerTracingOptions.FlushTimeout is 00:00:00")
            .And.Contain("WorkerTracingOptions.ShutdownTimeout is -00:00:02")
            .And.Contain("WorkerTracingOptions.Relation is -1")
            .And.Contain("WorkerTracingOptions.LinkAfter is -00:01:00"));
    }

    [Test]
    public void Start_InvalidBatchOptionsFromCode_StopsWithTheNameAndValueOfEach()
    {
        using IHost host = Build(services => services.AddWorkerTracing().AddExporter(_ => _exporter, static options =>
        {
            options.MaxQueueSize = 0;
            options.MaxBatchSize = -1;
            options.ScheduleDelay = TimeSpan.Zero;
            options.ExportTriggerRatio = 1.5;
            options.ExportTimeout = TimeSpan.FromSeconds(-2);
        }));

        OptionsValidationException refused = Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync())!;

        Assert.That(refused.Message, Does.Contain("BatchTraceProcessorOptions.MaxQueueSize is 0")
            .And.Contain("BatchTraceProcessorOptions.MaxBatchSize is -1")
            .And.Contain("BatchTraceProcessorOptions.ScheduleDelay is 00:00:00")
            .And.Contain("BatchTraceProcessorOptions.ExportTriggerRatio is 1.5")
            .And.Contain("BatchTraceProcessorOptions.ExportTimeout is -00:00:02"));
    }

    /// <summary>
    /// The only batch options that configuration has are OpenTelemetry's variables, and its specification asks to ignore what they cannot
    /// be.
    /// </summary>
    [Test]
    public async Task Start_InvalidBatchOptionsFromConfiguration_LeavesTheDefaults(
        [Values("0", "-1", "many", "99999999999", "1.5", "")] string value)
    {
        BatchTraceProcessorOptions? applied = null;
        using IHost host = Start(
            services => services.AddWorkerTracing().AddExporter(_ => _exporter, options => applied = options),
            new()
            {
                ["OTEL_BSP_MAX_QUEUE_SIZE"] = value,
                ["OTEL_BSP_MAX_EXPORT_BATCH_SIZE"] = value,
                ["OTEL_BSP_SCHEDULE_DELAY"] = value,
                [
                    "OTEL_BSP_EXPORT_TIMEOUT"] = value,
            });

        Assert.That((applied!.MaxQueueSize, applied.MaxBatchSize, applied.ScheduleDelay, applied.ExportTimeout), Is.EqualTo(
            (8192, 2048, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30))));
        await host.StopAsync();
    }

    [Test]
    public async Task Sdk_Disabled_TracesNothing()
    {
        using IHost host = Start(
            services => services.AddWorkerTracing().AddExporter(_ => _exporter, Lazily),
            new() { ["OTEL_SDK_DISABLED"] = "true" });

        Assert.That(host.Services.GetRequiredService<JobTracer>().IsEnabled, Is.False);
        await host.StopAsync();
    }

    [Test]
    public void BatchOptions_FromOtelVariables_AreHonoured()
    {
        var options = new BatchTraceProcessorOptions();
        var variables = new Dictionary<string, string?>
        {
            ["OTEL_BSP_MAX_QUEUE_SIZE"] = "100",
            ["OTEL_BSP_MAX_EXPORT_BATCH_SIZE"] = "10",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "250",
            [
                "OTEL_BSP_EXPORT_TIMEOUT"] = "nonsense",
        };

        BatchTraceProcessorEnvironment.Apply(options, variables.GetValueOrDefault);

        Assert.That((options.MaxQueueSize, options.MaxBatchSize, options.ScheduleDelay, options.ExportTimeout), Is.EqualTo(
            (100, 10, TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(30))));
    }

    [Test]
    public async Task ConsoleExporter_ScheduleFromAnOtelVariable_IsHonoured()
    {
        TextWriter console = Console.Out;
        var output = new StringWriter();
        Console.SetOut(output);
        try
        {
            var time = new FakeTimeProvider();
            HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
            builder.Configuration.AddInMemoryCollection([new("OTEL_BSP_SCHEDULE_DELAY", "5")]);
            builder.Services.AddSingleton<TimeProvider>(time).AddWorkerTracing().AddConsoleExporter();
            using IHost host = builder.Build();
            await host.StartAsync();
            await host.Services.GetRequiredService<JobTracer>().RunAsync("scheduled", static (_, _) => Task.CompletedTask);

            time.Advance(TimeSpan.FromMilliseconds(10));

            await Until.TrueAsync(
                () => output.ToString().Contains("scheduled", StringComparison.Ordinal),
                "the schedule of 5 ms has written the trace");
        }
        finally
        {
            Console.SetOut(console);
        }
    }

    [Test]
    public async Task HealthCheck_FailedExports_IsDegradedUntilTheNextSuccess()
    {
        using IHost host = Start(services =>
        {
            services.AddWorkerTracing(static options => options.Flush = FlushMode.Wait).AddExporter(_ => _exporter, Lazily);
            services.AddHealthChecks().AddWorkerTracing().AddWorkerTracing(); // registered once, or the check throws
        });
        HealthCheckService checks = host.Services.GetRequiredService<HealthCheckService>();
        JobTracer tracer = host.Services.GetRequiredService<JobTracer>();
        HealthReport before = await checks.CheckHealthAsync();
        _exporter.OnExport = static _ => ExportResult.Failure;
        await tracer.RunAsync("lost", static (_, _) => Task.CompletedTask);

        HealthReport during = await checks.CheckHealthAsync();
        _exporter.OnExport = static _ => ExportResult.Success;
        await tracer.RunAsync("delivered", static (_, _) => Task.CompletedTask);
        HealthReport after = await checks.CheckHealthAsync();

        Assert.That(before.Status, Is.EqualTo(HealthStatus.Healthy));
        Assert.That(during.Status, Is.EqualTo(HealthStatus.Degraded));
        Assert.That(during.Entries["worker_tracing"].Description, Does.Contain("1 exports failed and 1 spans were lost"));
        Assert.That(after.Status, Is.EqualTo(HealthStatus.Healthy));
        await host.StopAsync();
    }

    [Test]
    public async Task HealthCheck_TwoExportersOfAKind_TellsOfEach()
    {
        var failing = new RecordingExporter { OnExport = static _ => ExportResult.Failure };
        using IHost host = Start(services =>
        {
            services.AddWorkerTracing(static options => options.Flush = FlushMode.Wait).AddExporter(_ => failing, Lazily)
                .AddExporter(_ => _exporter, Lazily);
            services.AddHealthChecks().AddWorkerTracing();
        });

        await host.Services.GetRequiredService<JobTracer>().Start(Pipeline.Job()).EndAsync();
        HealthReport report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();

        IReadOnlyDictionary<string, object> data = report.Entries["worker_tracing"].Data;
        Assert.That(data["RecordingExporter.failed_exports"], Is.EqualTo(1));
        Assert.That(data["RecordingExporter 2.failed_exports"], Is.Zero);
        await host.StopAsync();
    }

    [Test]
    public async Task FlushTracerProvider_AsksForeignProcessors_AndIsUnconfirmed()
    {
        var foreign = new RecordingExporter();
        using IHost host = Start(services =>
        {
            services.AddWorkerTracing(static options => options.Flush = FlushMode.Wait).AddExporter(_ => _exporter, Lazily)
                .FlushTracerProvider();
            services.ConfigureOpenTelemetryTracerProvider(tracing => tracing.AddProcessor(new BatchActivityExportProcessor(foreign)));
        });

        JobTrace job = host.Services.GetRequiredService<JobTracer>().Start(Pipeline.Job());
        FlushResult result = await job.EndAsync();

        Assert.That(result.Status, Is.EqualTo(FlushStatus.Unconfirmed));
        Assert.That(result.Exported, Is.EqualTo(1));
        await Until.TrueAsync(() => foreign.Spans.Count == 1, "the foreign processor was asked");
        await host.StopAsync();
    }

    [Test]
    public async Task FlushTracerProvider_RecordedSpanEnclosesTheJob_AsksForeignProcessorsWhenItEnds(
        [Values(FlushMode.Background, FlushMode.Wait)] FlushMode mode)
    {
        using var source = new ActivitySource($"host {Guid.NewGuid():n}");
        var foreign = new RecordingExporter();
        using IHost host = Start(services =>
        {
            services.AddWorkerTracing(options => options.Flush = mode).AddSource(source.Name).FlushTracerProvider();
            services.ConfigureOpenTelemetryTracerProvider(
                tracing => tracing.AddProcessor(new BatchActivityExportProcessor(foreign, scheduledDelayMilliseconds: int.MaxValue)));
        });
        Activity enclosing = source.StartActivity("receive")!;
        await host.Services.GetRequiredService<JobTracer>().Start(Pipeline.Job()).EndAsync();

        enclosing.Stop();

        await Until.TrueAsync(() => foreign.Spans.Count == 2, "both have arrived");
        await host.StopAsync();
    }

    [Test]
    public async Task FlushTracerProvider_ForeignProcessorHangs_WhatCanBeConfirmedArrives()
    {
        using var hung = new HungProcessor();
        using IHost host = Start(services =>
        {
            services.AddWorkerTracing(static options =>
            {
                options.Flush = FlushMode.Wait;
                options.FlushTimeout = TimeSpan.FromSeconds(1);
                options.ShutdownTimeout = TimeSpan.FromMilliseconds(100);
            }).AddExporter(_ => _exporter, Lazily).FlushTracerProvider();
            services.ConfigureOpenTelemetryTracerProvider(tracing => tracing.AddProcessor(hung));
        });
        JobTracer tracer = host.Services.GetRequiredService<JobTracer>();
        await tracer.Start(Pipeline.Job()).EndAsync();

        FlushResult second = await tracer.Start(Pipeline.Job()).EndAsync();
        FlushResult third = tracer.Start(Pipeline.Job()).End();

        Assert.That(new[] { second.Status, third.Status }, Is.All.EqualTo(FlushStatus.TimedOut));
        Assert.That(_exporter.Spans, Has.Count.EqualTo(3), "what can be confirmed arrives");
        hung.Gate.Open();
        await Until.TrueAsync(
            () => tracer.Start(Pipeline.Job()).End().Status == FlushStatus.Unconfirmed,
            "a call that succeeds opens the way again");
        await host.StopAsync();
    }

    [Test]
    public async Task AddSource_RecordsFurtherSources()
    {
        using var source = new ActivitySource("some.library.worker");
        using IHost host = Start(services => services.AddWorkerTracing().AddSource("some.library.*").AddExporter(_ => _exporter, Lazily));

        source.StartActivity("of the library")?.Dispose();
        await host.StopAsync();

        Assert.That(_exporter.Spans.Select(span => span.DisplayName), Is.EqualTo(new[] { "of the library" }));
    }

    private static IHost Build(Action<IServiceCollection> configure, Dictionary<string, string?>? settings = null)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings ?? []);
        configure(builder.Services);
        return builder.Build();
    }

    private static IHost Start(Action<IServiceCollection> configure, Dictionary<string, string?>? settings = null)
    {
        IHost host = Build(configure, settings);
        host.Start();
        return host;
    }

    private static void Lazily(BatchTraceProcessorOptions options) => options.ScheduleDelay = TimeSpan.FromDays(1);

    /// <summary>What <c>services.AddOpenTelemetry()</c> returns in OpenTelemetry.Extensions.Hosting.</summary>
    private sealed record AppBuilder(IServiceCollection Services) : IOpenTelemetryBuilder;

    private sealed class LastWords(JobTracer tracer) : BackgroundService
    {
        public override async Task StopAsync(CancellationToken cancellationToken)
        {
            await base.StopAsync(cancellationToken);
            await tracer.RunAsync("last words", static (_, _) => Task.CompletedTask, CancellationToken.None);
        }

        protected override async Task ExecuteAsync(CancellationToken stoppingToken) =>
            await tracer.RunAsync("first words", static (_, _) => Task.CompletedTask, CancellationToken.None);
    }

    private sealed class Disposed(JobTracer tracer) : IDisposable
    {
        public void Dispose()
        {
            for (int i = 0; i < 100; i++)
                tracer.Start(Pipeline.Job("disposed")).Dispose();
        }
    }

    private sealed class Outliving(JobTracer tracer) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public async Task StopAsync(CancellationToken cancellationToken)
        {
            var deadline = new TaskCompletionSource();
            await using CancellationTokenRegistration registration = cancellationToken.Register(deadline.SetResult);
            await deadline.Task;
            await tracer.RunAsync("outliving", static (_, _) => Task.CompletedTask, CancellationToken.None);
        }
    }
}
