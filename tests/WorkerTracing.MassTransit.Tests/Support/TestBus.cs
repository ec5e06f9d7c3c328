using System.Diagnostics;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Trace;
using WorkerTracing.Testing;

namespace WorkerTracing.MassTransit.Tests;

/// <summary>A bus on the in-memory transport, with a tracer provider and an exporter of its own.</summary>
public sealed class TestBus : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly TracerProvider _provider;

    private TestBus(ServiceProvider services, TracerProvider provider, RecordingExporter exporter, BatchTraceProcessor processor)
    {
        _services = services;
        _provider = provider;
        Exporter = exporter;
        Processor = processor;
    }

    public IBus Bus => _services.GetRequiredService<IBus>();

    public IServiceProvider Services => _services;

    public Scenario Scenario => _services.GetRequiredService<Scenario>();

    public RecordingExporter Exporter { get; }

    public BatchTraceProcessor Processor { get; }

    public static async Task<TestBus> StartAsync(
        Action<IBusRegistrationConfigurator> register,
        Action<IBusRegistrationContext, IInMemoryBusFactoryConfigurator>? configure = null,
        WorkerTracingOptions? options = null,
        Action<TracerProviderBuilder>? tracing = null,
        RecordingExporter? exporter = null,
        BatchTraceProcessorOptions? batching = null,
        Action<IServiceCollection>? services = null,
        Action? beforeStart = null)
    {
        exporter ??= new RecordingExporter();
        // Nothing leaves by itself within a test: what arrives was flushed.
        var processor = new BatchTraceProcessor(
            exporter,
            batching ?? new BatchTraceProcessorOptions { ScheduleDelay = TimeSpan.FromMinutes(10) });
        TracerProviderBuilder builder = Sdk.CreateTracerProviderBuilder().AddSource("WorkerTracing", TestSource.Name)
            .AddProcessor(processor);
        tracing?.Invoke(builder);
        TracerProvider provider = builder.Build();

        var collection = new ServiceCollection();
        collection.AddLogging(logging => logging.SetMinimumLevel(LogLevel.None));
        collection.AddSingleton(new JobTracer(provider, options));
        collection.AddSingleton<Scenario>();
        services?.Invoke(collection);
        collection.AddMassTransit(bus =>
        {
            bus.ConfigureUsageTelemetryOptions(static usage => usage.Enabled = false);
            register(bus);
            bus.UsingInMemory((context, configurator) =>
            {
                configurator.UseWorkerTracing(context);
                configure?.Invoke(context, configurator);
                configurator.ConfigureEndpoints(context);
            });
        });
        ServiceProvider built = collection.BuildServiceProvider(new ServiceProviderOptions { ValidateScopes = true });
        var test = new TestBus(built, provider, exporter, processor);
        beforeStart?.Invoke(); // its ambient context is the bus's, and not the caller's
        await built.GetRequiredService<IBusControl>().StartAsync(new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token);
        return test;
    }

    /// <summary>Flushes, then answers the jobs that the consumers of this test ran, in the order in which they began.</summary>
    public async Task<IReadOnlyList<Activity>> JobsAsync(int count, Func<Activity, bool>? of = null)
    {
        HashSet<ActivityTraceId> traces = [];
        bool Mine(Activity span) => span.Source.Name == "WorkerTracing" && (of?.Invoke(span) ?? traces.Contains(span.TraceId));
        await Until.TrueAsync(
            () =>
            {
                foreach (JobTrace? seen in Scenario.Seen)
                {
                    if (seen is not null)
                        traces.Add(seen.TraceId);
                }

                Processor.Flush(TimeSpan.FromSeconds(10));
                return Exporter.Spans.Count(Mine) >= count;
            },
            $"{count} job spans have been exported");
        return [.. Exporter.Spans.Where(Mine).OrderBy(span => span.StartTimeUtc)];
    }

    public async ValueTask DisposeAsync()
    {
        await Services.GetRequiredService<IBusControl>().StopAsync(new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token);
        await _services.DisposeAsync();
        _provider.Dispose();
    }
}
