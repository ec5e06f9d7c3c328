using System.Diagnostics;
using System.Text.Json;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Trace;
using WorkerTracing.Testing;

namespace WorkerTracing.MassTransit.Tests;

public sealed class MiddlewareTests
{
    [Test]
    public async Task Consume_ScopedFilterAddedAfterwards_RunsInsideTheJob()
    {
        await using TestBus bus = await TestBus.StartAsync(
            static x => x.AddConsumer<PlacedConsumer>(),
            static (context, cfg) => cfg.UseConsumeFilter(typeof(SeenFilter<>), context));

        await bus.Bus.Publish(new OrderPlaced("1"));
        await bus.Scenario.CalledAsync();

        JobTrace?[] seen = [.. bus.Scenario.Seen];
        Assert.That(seen, Has.Length.EqualTo(2));
        Assert.That(seen[0], Is.Not.Null.And.SameAs(seen[1]), "filter and consumer see the same job");
    }

    [Test]
    public async Task Consume_ScopedFilterThrows_TheJobFails()
    {
        await using TestBus bus = await TestBus.StartAsync(
            static x => x.AddConsumer<PlacedConsumer>(),
            static (context, cfg) => cfg.UseConsumeFilter(typeof(RefusingFilter<>), context));

        using Activity producer = TestSource.Start("producer");
        await bus.Bus.Publish(new OrderPlaced("1"));
        Activity job = (await bus.JobsAsync(1, span => span.TraceId == producer.TraceId))[0];

        Assert.That(job.GetTagItem("error.type"), Is.EqualTo(typeof(UnauthorizedAccessException).FullName));
    }

    [Test]
    public async Task Consume_AllTheUsualMiddleware_IsStillOneJob()
    {
        await using TestBus bus = await TestBus.StartAsync(
            static x => x.AddConsumer<PlacedConsumer>(),
            static (context, cfg) =>
            {
                cfg.UseMessageScope(context);
                cfg.UseConcurrencyLimit(2);
                cfg.UseKillSwitch(k => k.SetActivationThreshold(10).SetTripThreshold(0.9).SetRestartTimeout(s: 1));
                cfg.UseCircuitBreaker(c => c.TripThreshold = 90);
                cfg.UseRateLimit(1000);
                cfg.UseTimeout(t => t.Timeout = TimeSpan.FromMinutes(1));
                cfg.UseMessageRetry(r => r.Immediate(1));
                cfg.UseInMemoryOutbox(context);
            });

        using Activity producer = TestSource.Start("producer");
        await bus.Bus.Publish(new OrderPlaced("1"));
        Activity job = (await bus.JobsAsync(1))[0];

        Assert.That(job.ParentSpanId, Is.EqualTo(producer.SpanId));
        Assert.That(bus.Exporter.SpansOf(producer.TraceId).Count(span => span.Source.Name == "WorkerTracing"), Is.EqualTo(1));
    }

    [Test]
    public async Task UseWorkerTracing_CalledTwice_TracesOnce()
    {
        await using TestBus bus = await TestBus.StartAsync(
            static x => x.AddConsumer<PlacedConsumer>(),
            static (context, cfg) =>
            {
                cfg.UseWorkerTracing(context);
                cfg.UseWorkerTracing(context.GetRequiredService<JobTracer>());
            });

        using Activity producer = TestSource.Start("producer");
        await bus.Bus.Publish(new OrderPlaced("1"));
        await bus.JobsAsync(1);

        Assert.That(bus.Exporter.SpansOf(producer.TraceId).Count(span => span.Source.Name == "WorkerTracing"), Is.EqualTo(1));
    }

    [Test]
    public async Task Probe_Bus_ShowsTheFilters()
    {
        await using TestBus bus = await TestBus.StartAsync(static x => x.AddConsumer<PlacedConsumer>());

        string probed = JsonSerializer.Serialize(bus.Bus.GetProbeResult().Results);

        Assert.That(probed, Does.Contain("workerTracing").And.Contain("PlacedConsumer OrderPlaced"));
        Assert.That(probed, Does.Contain("workerTracingFlush"));
    }

    [Test]
    public async Task UseWorkerTracing_WithoutAddWorkerTracing_SaysWhatIsMissing()
    {
        await using ServiceProvider services = new ServiceCollection()
            .AddLogging()
            .AddMassTransit(static x => x.UsingInMemory(static (context, cfg) => cfg.UseWorkerTracing(context)))
            .BuildServiceProvider();

        Assert.That(
            services.GetRequiredService<IBusControl>,
            Throws.InstanceOf<ConfigurationException>().With.Message.Contains("AddWorkerTracing"));
    }

    [Test]
    public async Task AddMassTransit_TwoBuses_EachTracesItsOwnMessages()
    {
        await using TestBus bus = await TestBus.StartAsync(
            static x => x.AddConsumer<PlacedConsumer>(),
            services: static services => services.AddMassTransit<ISecondBus>(static x =>
            {
                x.AddConsumer<StockConsumer>();
                x.UsingInMemory(static (context, cfg) =>
                {
                    cfg.UseWorkerTracing(context);
                    cfg.ConfigureEndpoints(context);
                });
            }));
        var second = (IBusControl)bus.Services.GetRequiredService<ISecondBus>();
        await second.StartAsync();
        try
        {
            using Activity producer = TestSource.Start("producer");
            await bus.Bus.Publish(new OrderPlaced("1"));
            await second.Publish(new ReserveStock("1"));
            IReadOnlyList<Activity> jobs = await bus.JobsAsync(2, span => span.TraceId == producer.TraceId);

            Assert.That(
                jobs.Select(job => job.DisplayName),
                Is.EquivalentTo(new[] { "PlacedConsumer OrderPlaced", "StockConsumer ReserveStock" }));
        }
        finally
        {
            await second.StopAsync();
        }
    }

    [Test]
    public async Task UseWorkerTracing_BusWithoutAContainer_IsTraced()
    {
        var exporter = new RecordingExporter();
        using TracerProvider provider = Sdk.CreateTracerProviderBuilder()
            .AddSource("WorkerTracing", TestSource.Name)
            .AddProcessor(new BatchTraceProcessor(exporter))
            .Build();
        var tracer = new JobTracer(provider, new WorkerTracingOptions { Flush = FlushMode.Wait });
        IBusControl bus = Bus.Factory.CreateUsingInMemory(cfg =>
        {
            cfg.UseWorkerTracing(tracer);
            cfg.ReceiveEndpoint("q", static e => e.Consumer(static () => new SilentConsumer()));
        });
        await bus.StartAsync();
        try
        {
            using Activity producer = TestSource.Start("producer");
            await bus.Publish(new OrderPlaced("1"));
            await Until.TrueAsync(
                () => exporter.SpansOf(producer.TraceId).Any(span => span.DisplayName == "MiddlewareTests.SilentConsumer OrderPlaced"),
                "the job is delivered");
        }
        finally
        {
            await bus.StopAsync();
        }
    }

    public interface ISecondBus : IBus;

    public sealed class SilentConsumer : IConsumer<OrderPlaced>
    {
        public Task Consume(ConsumeContext<OrderPlaced> context) => Task.CompletedTask;
    }

    public sealed class SeenFilter<T>(Scenario scenario) : IFilter<ConsumeContext<T>>
        where T : class
    {
        public Task Send(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
        {
            scenario.Seen.Enqueue(JobTrace.Current);
            return next.Send(context);
        }

        public void Probe(ProbeContext context)
        {
        }
    }

    public sealed class RefusingFilter<T> : IFilter<ConsumeContext<T>>
        where T : class
    {
        public Task Send(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next) => throw new UnauthorizedAccessException("no");

        public void Probe(ProbeContext context)
        {
        }
    }
}
