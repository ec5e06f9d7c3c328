using System.Diagnostics;
using MassTransit;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace WorkerTracing.MassTransit.Tests;

/// <summary>With MassTransit's own source recorded. A listener is the whole process's, so these run by themselves.</summary>
[NonParallelizable]
public sealed class MassTransitSourceTests
{
    [Test]
    public async Task Consume_MassTransitIsRecorded_ItsSpansKeepTheirNamesAndOursNestInThem()
    {
        await using TestBus bus = await StartAsync();

        ActivityTraceId trace = await PublishAsync(bus);
        await Testing.Until.TrueAsync(() => Spans(bus, trace).Count == 5, "producer, send, receive, job and process are exported");
        IReadOnlyList<Activity> spans = Spans(bus, trace);

        Activity receive = spans.Single(span => span.DisplayName == "Placed receive");
        Activity job = spans.Single(span => span.Source.Name == "WorkerTracing");
        Activity process = spans.Single(span => span.DisplayName == "Placed process");
        Assert.Multiple(() =>
        {
            Assert.That(job.ParentSpanId, Is.EqualTo(receive.SpanId));
            Assert.That(process.ParentSpanId, Is.EqualTo(job.SpanId));
            Assert.That(job.DisplayName, Is.EqualTo("PlacedConsumer OrderPlaced"));
            Assert.That(job.OperationName, Is.EqualTo(receive.OperationName), "MassTransit names its process span after it");
            Assert.That(spans.Select(span => span.DisplayName), Has.Some.EndsWith(" send"));
        });
    }

    [Test]
    public async Task Consume_Background_ItsFlushCoversReceiveToo()
    {
        await using TestBus bus = await StartAsync(FlushMode.Background);

        ActivityTraceId trace = await PublishAsync(bus);

        await Testing.Until.TrueAsync(
            () => bus.Exporter.SpansOf(trace).Any(span => span.DisplayName == "Placed receive"),
            "receive is exported, though nobody flushes but the job");
        Assert.That(bus.Exporter.SpansOf(trace).Select(span => span.DisplayName), Does.Contain("PlacedConsumer OrderPlaced"));
    }

    [Test]
    public async Task Consume_Wait_WhatHasEndedIsDeliveredFirstAndReceiveSoonAfter()
    {
        await using TestBus bus = await StartAsync(FlushMode.Wait);

        ActivityTraceId trace = await PublishAsync(bus);

        await Testing.Until.TrueAsync(
            () => bus.Exporter.SpansOf(trace).Any(span => span.DisplayName == "Placed receive"),
            "receive is exported, though nobody flushes but the job");
        var exported = bus.Exporter.SpansOf(trace).Select(span => span.DisplayName).ToList();
        Assert.That(exported.IndexOf("PlacedConsumer OrderPlaced"), Is.LessThan(exported.IndexOf("Placed receive")));
    }

    [Test]
    public async Task Consume_RetriedAtTheEndpoint_EveryAttemptIsInTheReceivesTrace()
    {
        await using TestBus bus = await StartAsync(configure: static (_, cfg) => cfg.UseMessageRetry(r => r.Immediate(2)));
        bus.Scenario.OnConsume = static (_, call) => call < 3 ? throw new InvalidOperationException("not yet") : Task.CompletedTask;

        ActivityTraceId trace = await PublishAsync(bus);
        await bus.Scenario.CalledAsync(3);
        await Testing.Until.TrueAsync(() => Spans(bus, trace).Any(span => span.DisplayName == "Placed receive"), "receive is exported");

        Activity receive = Spans(bus, trace).Single(span => span.DisplayName == "Placed receive");
        Activity[] jobs = [.. Spans(bus, trace).Where(span => span.Source.Name == "WorkerTracing").OrderBy(span => span.StartTimeUtc)];
        Assert.That(jobs.Select(job => job.GetTagItem("worker_tracing.attempt")), Is.EqualTo(new object[] { 1, 2, 3 }));
        Assert.That(jobs.Select(job => job.ParentSpanId), Is.All.EqualTo(receive.SpanId));
        Assert.That(Spans(bus, trace).Count(span => span.DisplayName == "Placed process"), Is.EqualTo(3));
    }

    [Test]
    public async Task Consume_JobIsRefusedButMassTransitsSpansAreSampled_TheyKeepTheirNames()
    {
        var elsewhere = new Testing.RecordingExporter(); // not behind our processor, which drops what is below a refused job
        await using TestBus bus = await TestBus.StartAsync(
            static x => x.AddConsumer<PlacedConsumer>(),
            options: new WorkerTracingOptions { Filter = static _ => false },
            tracing: tracing => tracing.AddSource("MassTransit").SetSampler(new AlwaysOnSampler())
                .AddProcessor(new SimpleActivityExportProcessor(elsewhere)));

        ActivityTraceId trace = await PublishAsync(bus);
        await Testing.Until.TrueAsync(
            () => elsewhere.SpansOf(trace).Any(static span => span.DisplayName == "Placed receive"),
            "receive is exported");

        Assert.That(elsewhere.SpansOf(trace).Select(static span => span.DisplayName), Does.Contain("Placed process"));
    }

    [Test]
    public async Task Consume_OnlyTheSenderHasMassTransitsHeader_ContinuesItsTrace()
    {
        await using TestBus bus = await TestBus.StartAsync(x => x.AddConsumer<PlacedConsumer>());
        ActivityContext sender = new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);

        await bus.Bus.Publish(
            new OrderPlaced("1"),
            context => context.Headers.Set("MT-Activity-Id", $"00-{sender.TraceId}-{sender.SpanId}-01"));
        Activity job = (await bus.JobsAsync(1))[0];

        Assert.That(job.TraceId, Is.EqualTo(sender.TraceId));
        Assert.That(job.ParentSpanId, Is.EqualTo(sender.SpanId));
    }

    private static Task<TestBus> StartAsync(
        FlushMode flush = FlushMode.None,
        Action<IBusRegistrationContext, IInMemoryBusFactoryConfigurator>? configure = null) =>
        TestBus.StartAsync(
            static x => x.AddConsumer<PlacedConsumer>(),
            configure,
            new WorkerTracingOptions { Flush = flush },
            static tracing => tracing.AddSource("MassTransit"));

    private static IReadOnlyList<Activity> Spans(TestBus bus, ActivityTraceId trace)
    {
        bus.Processor.Flush(TimeSpan.FromSeconds(10));
        return bus.Exporter.SpansOf(trace);
    }

    private static async Task<ActivityTraceId> PublishAsync(TestBus bus)
    {
        using Activity producer = TestSource.Start("producer");
        await bus.Bus.Publish(new OrderPlaced("1"));
        return producer.TraceId;
    }
}
