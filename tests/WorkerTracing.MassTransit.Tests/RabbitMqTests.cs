using System.Diagnostics;
using System.Text;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Trace;
using WorkerTracing.Testing;

namespace WorkerTracing.MassTransit.Tests;

public sealed class RabbitMqTests
{
    [Test]
    public async Task Consume_PublishedByMassTransit_ContinuesTheTrace()
    {
        await using Worker worker = await Worker.StartAsync(RabbitMq.Address, RabbitMq.NewQueue());

        using Activity sender = TestSource.Start("producer");
        Baggage.SetBaggage("tenant", "acme");
        ISendEndpoint endpoint = await worker.Bus.GetSendEndpoint(new Uri($"queue:{worker.Queue}"));
        await endpoint.Send(new PlainMessage(1));
        Activity job = await worker.JobAsync(sender.TraceId);

        Assert.That(job.ParentSpanId, Is.EqualTo(sender.SpanId));
        Assert.That(job.GetTagItem("messaging.destination.name"), Is.EqualTo(worker.Queue));
        Assert.That(job.GetTagItem("messaging.system"), Is.EqualTo("rabbitmq"));
        Assert.That(worker.Baggage, Is.EqualTo("acme"));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Consume_RawJsonFromAPlainProducer_ContinuesItsTrace(bool asBytes)
    {
        string queue = RabbitMq.NewQueue();
        await using PlainProducer producer = await PlainProducer.ConnectAsync(RabbitMq.Address, queue);
        await using Worker worker = await Worker.StartAsync(RabbitMq.Address, queue);

        var trace = ActivityTraceId.CreateRandom();
        var span = ActivitySpanId.CreateRandom();
        string traceParent = PlainProducer.TraceParent(trace, span);
        await producer.PublishAsync("""{"number":7}""", new Dictionary<string, object?>
        {
            ["traceparent"] = asBytes ? Encoding.ASCII.GetBytes(traceParent) : traceParent,
            ["tracestate"] = "celery=1",
            ["baggage"] = "tenant=acme",
        });
        Activity job = await worker.JobAsync(trace);

        Assert.That(job.ParentSpanId, Is.EqualTo(span));
        Assert.That(job.TraceStateString, Is.EqualTo("celery=1"));
        Assert.That(worker.Baggage, Is.EqualTo("acme"));
        Assert.That(worker.Numbers, Is.EqualTo(new[] { 7 }));
    }

    [Test]
    public async Task Consume_HostileHeadersFromAPlainProducer_EveryMessageIsConsumedAndTraced()
    {
        string queue = RabbitMq.NewQueue();
        await using PlainProducer producer = await PlainProducer.ConnectAsync(RabbitMq.Address, queue);
        await using Worker worker = await Worker.StartAsync(RabbitMq.Address, queue);
        object?[] hostile =
        [
            "", "nonsense", new string('x', 9_000), 42, 3.5, true, null, new byte[] { 0xff, 0xfe, 0x00 }, new byte[9_000],
            new List<object?> { "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", 1 },
            new Dictionary<string, object?> { ["traceparent"] = "x" },
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "00-0AF7651916CD43DD8448EB211C80319C-B7AD6B7169203331-01",
        ];

        for (int i = 0; i < hostile.Length; i++)
        {
            await producer.PublishAsync($$"""{"number":{{i}}}""", new Dictionary<string, object?>
            {
                ["traceparent"] = hostile[i],
                ["tracestate"] = hostile[^(i + 1)],
                ["baggage"] = hostile[i],
                ["MT-Activity-Id"] = hostile[i],
                ["MT-WorkerTracing-Attempt"] = hostile[i],
                ["MT-WorkerTracing-Due"] = hostile[i],
                ["MT-Scheduling-TokenId"] = hostile[i],
                ["MT-Redelivery-Count"] = i % 2 == 0 ? 0 : hostile[i] as int?,
            });
        }

        await Until.TrueAsync(() => worker.Numbers.Count == hostile.Length, "every message is consumed");
        Assert.That(worker.Faulted, Is.Zero);
        Assert.That(worker.Traces.Where(static trace => trace is not { IsRecorded: true }), Is.Empty, "every message is traced");
    }

    private sealed class Worker : IAsyncDisposable
    {
        private readonly ServiceProvider _services;
        private readonly TracerProvider _provider;
        private readonly RecordingExporter _exporter;
        private readonly Seen _seen;
        private readonly ReceiveCounter _received;

        private Worker(
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

        public string? Baggage => _seen.Baggage;

        public IReadOnlyList<int> Numbers => _seen.Numbers;

        public IReadOnlyList<JobTrace?> Traces => _seen.Traces;

        public int Faulted => _received.Faulted;

        public static async Task<Worker> StartAsync(Uri address, string queue)
        {
            var exporter = new RecordingExporter();
            TracerProvider provider = Sdk.CreateTracerProviderBuilder()
                .AddSource("WorkerTracing", TestSource.Name)
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
            return new Worker(services, provider, exporter, seen, received, queue);
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
