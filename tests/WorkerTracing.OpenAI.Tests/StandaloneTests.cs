using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace WorkerTracing.OpenAI.Tests;

/// <summary>The exporter in a TracerProvider, behind OpenTelemetry's own processors and ours, without a container.</summary>
public sealed class StandaloneTests
{
    private readonly ActivitySource _source = new($"test {Guid.NewGuid():n}");

    [TearDown]
    public void TearDown() => _source.Dispose();

    [Test]
    public async Task Export_SimpleProcessor_SendsEachSpanAsItEnds()
    {
        await using IngestServer server = await IngestServer.StartAsync();
        using TracerProvider provider = Provider(new SimpleActivityExportProcessor(new OpenAITraceExporter(server.Options())));

        using (_source.StartActivity("root"))
            _source.StartActivity("child")!.Dispose();

        Assert.Multiple(() =>
        {
            Assert.That(server.Requests, Has.Count.EqualTo(2));
            Assert.That(
                server.AcceptedSpans.Select(static span => (string?)span["span_data"]!["name"]),
                Is.EqualTo(new[] { "child", "root" }));
            Assert.That(server.AcceptedTraces, Has.Count.EqualTo(1));
        });
    }

    [Test]
    public async Task Export_OpenTelemetrysBatchProcessor_SendsAtShutdown()
    {
        await using IngestServer server = await IngestServer.StartAsync();
        using (Provider(new BatchActivityExportProcessor(new OpenAITraceExporter(server.Options()))))
        {
            for (int i = 0; i < 20; i++)
                _source.StartActivity($"span {i}")!.Dispose();
        }
        Assert.That(server.AcceptedSpans, Has.Count.EqualTo(20));
    }

    [Test]
    public async Task Export_Batch_AnswersSuccessOnlyWhenEverythingArrived()
    {
        await using IngestServer server = await IngestServer.StartAsync(
            (request, _) => request.Body.Contains("BAD", StringComparison.Ordinal) ? 400 : 200);
        using var exporter = new OpenAITraceExporter(server.Options());
        using var good = new Batch<Activity>([SpanMaker.Ended("a"), SpanMaker.Ended("b")], 2);
        using var mixed = new Batch<Activity>([SpanMaker.Ended("a"), SpanMaker.Ended("BAD")], 2);
        Assert.Multiple(() =>
        {
            Assert.That(exporter.Export(good), Is.EqualTo(ExportResult.Success));
            Assert.That(exporter.Export(mixed), Is.EqualTo(ExportResult.Failure));
        });
    }

    [Test]
    public async Task Export_PassingFailureWithAProcessorThatKeepsNothing_IsReported()
    {
        await using IngestServer server = await IngestServer.StartAsync((_, _) => 503);
        var log = new LogRecorder();
        using var exporter = new OpenAITraceExporter(server.Options(), log);
        using var batch = new Batch<Activity>([SpanMaker.Ended("a")], 1);
        Assert.That(exporter.Export(batch), Is.EqualTo(ExportResult.Failure));
        Assert.That(log.Lines, Has.Some.Contains("BatchTraceProcessor"));
    }

    [Test]
    public async Task Export_EverySourceListenedTo_DoesNotTraceItself([Values] bool givenClient)
    {
        await using IngestServer server = await IngestServer.StartAsync();
        using var client = new HttpClient();
        using (TracerProvider provider = Sdk.CreateTracerProviderBuilder()
            .AddSource(_source.Name, "System.Net.Http")
            .AddProcessor(new SimpleActivityExportProcessor(
                new OpenAITraceExporter(server.Options(options => options.HttpClientFactory = givenClient ? () => client : null))))
            .Build())
        {
            _source.StartActivity("one")!.Dispose();
        }
        Assert.That(server.AcceptedSpans, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task FlushAsync_TwoHundredFortySpansAndEveryThirdRequestFails_LosesNothing()
    {
        await using IngestServer server = await IngestServer.StartAsync(static (_, n) => n % 3 != 0 ? 200 : n % 2 == 0 ? 429 : 500);
        using var processor = new BatchTraceProcessor(
            new OpenAITraceExporter(server.Options()), new BatchTraceProcessorOptions { MaxBatchSize = 8 });
        using TracerProvider provider = Provider(processor);
        for (int i = 0; i < 240; i++)
            _source.StartActivity($"span {i}")!.Dispose();

        FlushResult result = await processor.FlushUntilSettledAsync();

        Assert.Multiple(() =>
        {
            Assert.That(result.Status, Is.EqualTo(FlushStatus.Delivered));
            Assert.That(server.AcceptedSpans.Select(static span => (string?)span["id"]).Distinct().Count(), Is.EqualTo(240));
            Assert.That(server.MostInFlight, Is.LessThanOrEqualTo(4));
        });
    }

    [Test]
    public async Task FlushAsync_OutageThatPasses_DeliversWhatItHeldBack()
    {
        await using IngestServer server = await IngestServer.StartAsync(static (_, _) => 503);
        using var processor = new BatchTraceProcessor(
            new OpenAITraceExporter(server.Options(static options => options.MaxRetries = 0)),
            new BatchTraceProcessorOptions { ScheduleDelay = TimeSpan.FromHours(1) });
        using TracerProvider provider = Provider(processor);
        _source.StartActivity("held")!.Dispose();

        FlushResult during = await processor.FlushAsync(TimeSpan.FromMilliseconds(300));
        server.Answer = static (_, _) => 200;
        FlushResult after = await processor.FlushUntilSettledAsync();

        Assert.Multiple(() =>
        {
            Assert.That(during.Status, Is.EqualTo(FlushStatus.TimedOut), "nothing is lost yet");
            Assert.That(after.Status, Is.EqualTo(FlushStatus.Delivered));
            Assert.That(server.AcceptedSpans, Has.Count.EqualTo(1));
        });
    }

    private TracerProvider Provider(BaseProcessor<Activity> processor) =>
        Sdk.CreateTracerProviderBuilder().AddSource(_source.Name).AddProcessor(processor).Build();
}
