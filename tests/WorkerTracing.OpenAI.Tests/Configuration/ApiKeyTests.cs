using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;

namespace WorkerTracing.OpenAI.Tests;

public sealed class ApiKeyTests
{
    private const string Key = "sk-very-secret-0123456789";

    [Test]
    [NonParallelizable]
    public async Task Export_NoKey_SaysOnceWhatToSetAndDrops()
    {
        await using IngestServer server = await IngestServer.StartAsync();
        var log = new LogRecorder();
        using var exporter = new OpenAITraceExporter(server.Options(static options => options.ApiKey = null), log);
        Assume.That(Environment.GetEnvironmentVariable("OPENAI_API_KEY"), Is.Null, "a key in the environment is a key");
        long counted = 0;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "worker_tracing.openai.spans.dropped")
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            foreach (KeyValuePair<string, object?> tag in tags)
            {
                if (tag is { Key: "reason", Value: "no_key" })
                    Interlocked.Add(ref counted, value);
            }
        });
        listener.Start();

        Assert.That(exporter.Send(SpanMaker.Ended("a"), SpanMaker.Ended("b")), Has.All.EqualTo(ExportOutcome.Dropped));
        Assert.That(exporter.Send(SpanMaker.Ended("c")), Has.All.EqualTo(ExportOutcome.Dropped));

        Assert.Multiple(() =>
        {
            Assert.That(server.Requests, Is.Empty);
            Assert.That(log.Lines, Has.Count.EqualTo(1));
            Assert.That(log.Lines.Single(), Does.Contain("OPENAI_API_KEY").And.Contain("ApiKey"));
            Assert.That(counted, Is.EqualTo(3));
        });
    }

    [Test]
    public async Task Export_KeyRefused_SaysOnceWhatToCheckAndDropsNothing([Values(401, 403)] int status)
    {
        await using IngestServer server = await IngestServer.StartAsync(
            (request, _) => request.Headers["Authorization"] == "Bearer corrected" ? 200 : status);
        var log = new LogRecorder();
        OpenAIExporterOptions options = server.Options(static options => options.ApiKey = Key);
        using var exporter = new OpenAITraceExporter(options, log);
        Activity span = SpanMaker.Ended("a");

        Assert.That(exporter.Send(span), Is.EqualTo(new[] { ExportOutcome.Retained }));
        Assert.That(exporter.Send(span), Is.EqualTo(new[] { ExportOutcome.Retained }));
        Assert.That(server.Requests, Has.Count.EqualTo(2), "a refused key is not tried again within an export");
        Assert.That(log.Lines, Has.Count.EqualTo(1));
        Assert.That(log.Lines.Single(), Does.Contain("OPENAI_API_KEY").And.Contain($"{status}"));

        options.ApiKey = "corrected";
        Assert.That(exporter.Send(span), Is.EqualTo(new[] { ExportOutcome.Delivered }));
    }

    [Test]
    public async Task Export_EveryKindOfTrouble_NeverTellsTheKey()
    {
        int[] statuses = [400, 401, 403, 404, 429, 500];
        await using IngestServer server = await IngestServer.StartAsync((_, n) => statuses[n % statuses.Length]);
        var log = new LogRecorder();
        using (var exporter = new OpenAITraceExporter(
            server.Options(static options =>
            {
                options.ApiKey = Key;
                options.MaxRetries = 1;
            }),
            log))
        {
            for (int i = 0; i < 12; i++)
                exporter.Send(SpanMaker.Ended("a"), SpanMaker.Ended("b"));
        }
        using (var exporter = new OpenAITraceExporter(
            server.Options(static options =>
            {
                options.ApiKey = Key;
                options.MaxRetries = 0;
                options.HttpClientFactory = static () => new HttpClient(new TellingHandler());
            }),
            log))
        {
            exporter.Send(SpanMaker.Ended("a"));
        }

        Assert.That(log.Lines, Is.Not.Empty);
        Assert.That(log.Lines, Has.None.Contains(Key));
        Assert.That(string.Concat(server.Requests.Select(static request => request.Body)), Does.Not.Contain(Key));
    }

    [TestCase("sk-with space")]
    [TestCase("sk-with\nbreak")]
    [TestCase("sk-größe")]
    public async Task Export_KeyThatNoHeaderHolds_IsReportedAndNotSent(string key)
    {
        await using IngestServer server = await IngestServer.StartAsync();
        var log = new LogRecorder();
        OpenAIExporterOptions options = server.Options();
        using var exporter = new OpenAITraceExporter(options, log);
        options.ApiKey = key;

        Assert.That(exporter.Send(SpanMaker.Ended("a")), Is.EqualTo(new[] { ExportOutcome.Retained }));
        Assert.Multiple(() =>
        {
            Assert.That(server.Requests, Is.Empty);
            Assert.That(log.Lines.Single(), Does.Not.Contain(key));
        });
        OptionsValidationException refused = Assert.Throws<OptionsValidationException>(() => _ = new OpenAITraceExporter(options))!;
        Assert.That(refused.Message, Does.Contain("ApiKey").And.Not.Contain(key));
    }

    private sealed class TellingHandler : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new InvalidOperationException($"could not send {request.Headers.Authorization}");
    }
}
