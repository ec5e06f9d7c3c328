using System.Threading.Channels;
using MassTransit;
using MassTransit.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using OpenTelemetry;
using OpenTelemetry.Trace;
using Quartz;
using Snippets;
using WorkerTracing.Testing;

namespace WorkerTracing.Docs.Tests;

/// <summary>The snippets of the pages that need no server, run.</summary>
[NonParallelizable] // every TracerProvider of the process records the jobs of all tests: the source is shared
public sealed class SnippetRunTests : IDisposable
{
    private readonly RecordingExporter _exporter = new();
    private readonly TracerProvider _provider;

    public SnippetRunTests() => _provider = MovingOver.Processor(_exporter, Sdk.CreateTracerProviderBuilder().AddSource("Reports"));

    public void Dispose() => _provider.Dispose();

    [Test]
    public async Task MovingOver_BeforeAndAfter_ExportTheSameSpans()
    {
        await MovingOver.BeforeAsync(_provider, CancellationToken.None);
        string[] before = Names();
        await MovingOver.AfterAsync(new JobTracer(_provider, new WorkerTracingOptions { Flush = FlushMode.Wait }), CancellationToken.None);

        Assert.That(before, Is.EqualTo(new[] { "build", "nightly-report" }));
        Assert.That(Names()[before.Length..], Is.EqualTo(before));
    }

    [Test]
    public async Task LongRunningWorkers_ReadTheAnswer_SaysDelivered()
    {
        FlushResult result = await LongRunningWorkers.ReadTheAnswerAsync(
            new JobTracer(_provider),
            NullLogger.Instance,
            CancellationToken.None);

        Assert.That((result.Status, result.Exported), Is.EqualTo((FlushStatus.Delivered, 1)));
    }

    [Test]
    public void LongRunningWorkers_ReadTheAnswerOfACanceledJob_SaysSo()
    {
        Assert.That(
            async () => await LongRunningWorkers.ReadTheAnswerAsync(
                new JobTracer(_provider),
                NullLogger.Instance,
                new CancellationToken(canceled: true)),
            Throws.InstanceOf<OperationCanceledException>());

        Assert.That(_exporter.Spans.Single().GetTagItem("workflow.execution.result"), Is.EqualTo("cancellation"));
    }

    [Test]
    public async Task LongRunningWorkers_FastApisCounterpart_RunsThePromptInADeliveredTrace()
    {
        using ServiceProvider services = Services(static services => services
            .AddSingleton(Channel.CreateBounded<Prompt>(capacity: 100))
            .AddSingleton<PromptWorker>());
        PromptWorker worker = services.GetRequiredService<PromptWorker>();
        await worker.StartAsync(CancellationToken.None);

        services.GetRequiredService<Channel<Prompt>>().Writer.TryWrite(new Prompt("fail", JobOrigin.Current));
        services.GetRequiredService<Channel<Prompt>>().Writer.TryWrite(new Prompt("time out", JobOrigin.Current));
        services.GetRequiredService<Channel<Prompt>>().Writer.TryWrite(new Prompt("hello", JobOrigin.Current));
        await Until.TrueAsync(() => _exporter.Spans.Count == 3, "all prompts have been run, and their traces flushed");
        await worker.StopAsync(CancellationToken.None);

        Assert.That(
            _exporter.Spans.Select(static span => (span.DisplayName, span.GetTagItem("workflow.execution.result"))),
            Is.EqualTo(new[] { ("run-prompt", "failure"), ("run-prompt", "failure"), ("run-prompt", (object)"success") }));
    }

    [Test]
    public async Task LongRunningWorkers_CelerysCounterpart_FlushesTheConsumersTrace()
    {
        await using ServiceProvider services = Services(static services => services.AddMassTransitTestHarness(static bus =>
        {
            bus.ConfigureUsageTelemetryOptions(static usage => usage.Enabled = false);
            bus.AddConsumer<SummariseTicketConsumer>();
            bus.UsingInMemory(static (context, configurator) =>
            {
                configurator.UseWorkerTracing(context);
                configurator.ConfigureEndpoints(context);
            });
        }));
        ITestHarness harness = services.GetRequiredService<ITestHarness>();
        await harness.Start();

        await harness.Bus.Publish(new SummariseTicket(7));
        await Until.TrueAsync(() => _exporter.Spans.Count == 1, "the consumer's trace is flushed");
        await harness.Stop();

        Assert.That(_exporter.Spans.Single().GetTagItem("worker_tracing.group_id"), Is.EqualTo("ticket-7"));
    }

    [Test]
    public async Task Quartz_FlushedJob_IsDeliveredByASchedulerWithoutAContainer()
    {
        IScheduler scheduler = await QuartzScheduler.WithTracerAsync(_provider);
        await scheduler.Start();
        await scheduler.ScheduleJob(
            JobBuilder.Create<NightlyReport>().WithIdentity("nightly-report").Build(),
            TriggerBuilder.Create().StartNow().Build());

        await Until.TrueAsync(() => _exporter.Spans.Count == 1, "the job's trace is flushed");
        await scheduler.Shutdown(waitForJobsToComplete: true);

        Assert.That(Names(), Is.EqualTo(new[] { "nightly-report" }));
    }

    [Test]
    public void Readme_WithoutAContainer_RecordsTheJob() =>
        Assert.That(Readme.WithoutContainer(new JobInfo { System = "hosted", Name = "nightly-report" }).IsRecorded);

    [Test]
    public async Task AddWorkerTracing_OfThePages_BuildsAHostThatStarts()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        Readme.UseIt(builder);
        LongRunningWorkers.ChooseByRule(builder.Services);
        MovingOver.Services(builder.Services);
        QuartzScheduler.Host(builder);
        using IHost host = builder.Build();

        await host.StartAsync();
        FlushResult result = await LongRunningWorkers.AskAsync(host.Services.GetRequiredService<ITraceFlusher>(), CancellationToken.None);
        await host.StopAsync();

        Assert.That((result.Status, result.Lost), Is.EqualTo((FlushStatus.Delivered, 0)), "nothing has ended yet, so nothing is missing");
    }

    private string[] Names() => [.. _exporter.Spans.Select(static span => span.DisplayName)];

    private ServiceProvider Services(Action<IServiceCollection> add)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(new JobTracer(_provider));
        services.AddSingleton<Snippets.IAgent, Agent>();
        add(services);
        return services.BuildServiceProvider();
    }

    private sealed class Agent : Snippets.IAgent
    {
        public Task<string> RunAsync(string input, CancellationToken cancellationToken) => input switch
        {
            "fail" => throw new InvalidOperationException("no"),
            "time out" => throw new TaskCanceledException("as an HttpClient says it"),
            _ => Task.FromResult(input),
        };
    }
}
