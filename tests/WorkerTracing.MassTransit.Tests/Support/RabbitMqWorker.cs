using System.Diagnostics;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Trace;
using WorkerTracing.Testing;

namespace WorkerTracing.MassTransit.Tests;

/// <summary>A bus on RabbitMQ that consumes plain JSON from one queue.</summary>
internal sealed class RabbitMqWorker : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly TracerProvider _provider;
    private readonly RecordingExporter _exporter;
    private readonly Seen _seen;
    private readonly ReceiveCounter _received;

    private RabbitMqWorker(
        ServiceProvider services,
        TracerProvider provider,
        RecordingExporter exporter,
        Seen seen,
        ReceiveCounter received,
        string queue)
    {
        _services = services;
        _provider = provider;
        _exporter = exporter;
        _seen = seen;
        _received = received;
        Queue = queue;
    }

    public string Queue { get; }

    public IBus Bus => _services.GetRequiredService<IBus>();

    public RecordingExporter Exporter => _exporter;

    public string? Baggage => _seen.Baggage;

    public IReadOnlyList<int> Numbers => _seen.Numbers;

    public IReadOnlyList<JobTrace?> Traces => _seen.Traces;

    public int Faulted => _received.Faulted;

    /// <param name="address">The broker.</param>
    /// <param name="queue">The queue.</param>
    /// <param name="sources">Further sources that are recorded.</param>
    public static async Task<RabbitMqWorker> StartAsync(Uri address, string queue, params string[] sources)
    {
        var exporter = new RecordingExporter();
        TracerProvider provider = Sdk.CreateTracerProviderBuilder()
            .AddSource(["WorkerTracing", TestSource.Name, .. sources])
            .AddProcessor(new BatchTraceProcessor(exporter))
            .Build();
        var seen = new Seen();
        var received = new ReceiveCounter();
        ServiceProvider services = new ServiceCollection()
            .AddLogging(static logging => logging.SetMinimumLevel(LogLevel.None))
            .AddSingleton(new JobTracer(provider, new WorkerTracingOptions { Flush = FlushMode.Wait }))
            .AddSingleton(seen)
            .AddMassTransit(x =>
            {
                x.ConfigureUsageTelemetryOptions(static usage => usage.Enabled = false);
                x.AddConsumer<SeeingConsumer>();
                x.UsingRabbitMq((context, cfg) =>
                {
                    cfg.UseWorkerTracing(context);
                    cfg.Host(address);
                    cfg.ConnectReceiveObserver(received);
                    cfg.ReceiveEndpoint(queue, e =>
                    {
                        e.UseRawJsonDeserializer(isDefault: true);
                        e.ConfigureConsumer<SeeingConsumer>(context);
                    });
                });
            })
            .BuildServiceProvider();
        await services.GetRequiredService<IBusControl>().StartAsync(new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token);
        return new RabbitMqWorker(services, provider, exporter, seen, received, queue);
    }

    public async Task<Activity> JobAsync(ActivityTraceId trace)
    {
        bool IsJob(Activity span) => span.Source.Name == "WorkerTracing";
        await Until.TrueAsync(() => _exporter.SpansOf(trace).Any(IsJob), "the job's span is delivered");
        return _exporter.SpansOf(trace).Single(IsJob);
    }

    public async ValueTask DisposeAsync()
    {
        await _services.GetRequiredService<IBusControl>().StopAsync(new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token);
        await _services.DisposeAsync();
        _provider.Dispose();
    }

    private sealed class Seen
    {
        private readonly Lock _lock = new();
        private readonly List<int> _numbers = [];
        private readonly List<JobTrace?> _traces = [];

        public string? Baggage { get; private set; }

        public IReadOnlyList<int> Numbers
        {
            get
            {
                lock (_lock)
                    return [.. _numbers];
            }
        }

        public IReadOnlyList<JobTrace?> Traces
        {
            get
            {
                lock (_lock)
                    return [.. _traces];
            }
        }

        public void Add(int number)
        {
            lock (_lock)
            {
                _numbers.Add(number);
                _traces.Add(JobTrace.Current);
                Baggage = OpenTelemetry.Baggage.GetBaggage("tenant");
            }
        }
    }

    private sealed class SeeingConsumer(Seen seen) : IConsumer<PlainMessage>
    {
        public Task Consume(ConsumeContext<PlainMessage> context)
        {
            seen.Add(context.Message.Number);
            return Task.CompletedTask;
        }
    }
}
