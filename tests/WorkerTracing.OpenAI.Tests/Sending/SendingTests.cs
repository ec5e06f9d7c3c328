using System.Diagnostics;
using System.Globalization;

namespace WorkerTracing.OpenAI.Tests;

public sealed class SendingTests
{
    [Test]
    public async Task Export_AnyBatch_SendsThePathAndHeadersOfTheReference()
    {
        await using IngestServer server = await IngestServer.StartAsync();
        using var exporter = new OpenAITraceExporter(server.Options(static options =>
        {
            options.ApiKey = " sk-test\n";
            options.Organization = "org-option";
            options.Project = "proj-option";
        }));

        exporter.Send(SpanMaker.Ended("a"));

        IngestRequest request = server.Requests.Single();
        Assert.Multiple(() =>
        {
            Assert.That(request.Method, Is.EqualTo("POST"));
            Assert.That(request.Path, Is.EqualTo("/v1/traces/ingest"));
            Assert.That(request.Headers["Authorization"], Is.EqualTo("Bearer sk-test"));
            Assert.That(request.Headers["Content-Type"], Is.EqualTo("application/json"));
            Assert.That(request.Headers["OpenAI-Beta"], Is.EqualTo("traces=v1"));
            Assert.That(request.Headers["OpenAI-Organization"], Is.EqualTo("org-option"));
            Assert.That(request.Headers["OpenAI-Project"], Is.EqualTo("proj-option"));
            Assert.That(request.Headers["User-Agent"], Does.StartWith("WorkerTracing.OpenAI/"));
            Assert.That(request.Headers, Does.Not.ContainKey("traceparent"));
        });
    }

    [TestCase(200)]
    [TestCase(201)]
    [TestCase(204)]
    [TestCase(299)]
    public async Task Export_AnySuccess_IsDelivered(int status)
    {
        await using IngestServer server = await IngestServer.StartAsync((_, _) => status);
        using var exporter = new OpenAITraceExporter(server.Options());
        Assert.That(exporter.Send(SpanMaker.Ended("a")), Is.EqualTo(new[] { ExportOutcome.Delivered }));
    }

    [Test]
    public async Task Export_PassingFailure_IsTriedAgain([Values(302, 408, 409, 429, 500, 503, 599)] int status)
    {
        await using IngestServer server = await IngestServer.StartAsync((_, n) => n <= 2 ? status : 200);
        using var exporter = new OpenAITraceExporter(server.Options());

        Assert.That(exporter.Send(SpanMaker.Ended("a")), Is.EqualTo(new[] { ExportOutcome.Delivered }));
        Assert.That(server.Requests.Select(static request => request.Body).Distinct().Count(), Is.EqualTo(1), "the same items go again");
        Assert.That(server.Requests, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task Export_FailureThatStays_IsRetainedAfterTheRetries([Values(302, 408, 429, 500)] int status)
    {
        await using IngestServer server = await IngestServer.StartAsync((_, _) => status);
        using var exporter = new OpenAITraceExporter(server.Options(static options => options.MaxRetries = 2));

        ExportOutcome[] outcomes = exporter.Send(SpanMaker.Ended("a"), SpanMaker.Ended("b"));

        Assert.That(outcomes, Has.All.EqualTo(ExportOutcome.Retained));
        Assert.That(server.Requests, Has.Count.EqualTo(3), "one try and two retries");
    }

    [TestCase(404)]
    [TestCase(405)]
    [TestCase(410)]
    public async Task Export_OtherClientError_IsDroppedAtOnce(int status)
    {
        await using IngestServer server = await IngestServer.StartAsync((_, _) => status);
        using var exporter = new OpenAITraceExporter(server.Options());
        Assert.That(exporter.Send(SpanMaker.Ended("a")), Is.EqualTo(new[] { ExportOutcome.Dropped }));
        Assert.That(server.Requests, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Export_XShouldRetry_DecidesInThePlaceOfTheStatus()
    {
        await using IngestServer again = await IngestServer.StartAsync(
            (_, n) => n == 1 ? new IngestReply(404, ("x-should-retry", "true")) : 200);
        await using IngestServer never = await IngestServer.StartAsync((_, _) => new IngestReply(500, ("x-should-retry", "false")));
        using var toAgain = new OpenAITraceExporter(again.Options());
        using var toNever = new OpenAITraceExporter(never.Options());

        Assert.Multiple(() =>
        {
            Assert.That(toAgain.Send(SpanMaker.Ended("a")), Is.EqualTo(new[] { ExportOutcome.Delivered }));
            Assert.That(toNever.Send(SpanMaker.Ended("a")), Is.EqualTo(new[] { ExportOutcome.Dropped }));
        });
        Assert.That(never.Requests, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Export_RefusalThatTheServiceCallsPassing_IsRetainedUnsplit([Values(400, 413, 422)] int status)
    {
        await using IngestServer server = await IngestServer.StartAsync((_, _) => new IngestReply(status, ("x-should-retry", "true")));
        using var exporter = new OpenAITraceExporter(server.Options(static options => options.MaxRetries = 2));

        ExportOutcome[] outcomes = exporter.Send(SpanMaker.Ended("a"), SpanMaker.Ended("b"));

        Assert.That(outcomes, Has.All.EqualTo(ExportOutcome.Retained));
        Assert.That(server.Requests, Has.Count.EqualTo(3), "one try and two retries");
    }

    [Test]
    public void Export_NobodyListens_RetainsWhatItHas()
    {
        using var exporter = new OpenAITraceExporter(new OpenAIExporterOptions
        {
            ApiKey = "sk-test",
            Endpoint = new Uri("http://127.0.0.1:9/v1/traces/ingest"),
            BaseDelay = TimeSpan.FromMilliseconds(1),
            MaxRetries = 1,
        });
        Assert.That(exporter.Send(SpanMaker.Ended("a")), Is.EqualTo(new[] { ExportOutcome.Retained }));
    }

    [Test]
    public async Task Export_ServerThatHangs_EndsAtTheRequestTimeout()
    {
        await using IngestServer server = await IngestServer.StartAsync();
        server.Latency = TimeSpan.FromMinutes(1);
        using var exporter = new OpenAITraceExporter(server.Options(static options =>
        {
            options.RequestTimeout = TimeSpan.FromMilliseconds(50);
            options.MaxRetries = 1;
        }));
        Assert.That(exporter.Send(SpanMaker.Ended("a")), Is.EqualTo(new[] { ExportOutcome.Retained }));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Export_DeadlineDuringRequest_EndsItAndRetains()
    {
        await using IngestServer server = await IngestServer.StartAsync();
        server.Latency = TimeSpan.FromMinutes(1);
        using var exporter = new OpenAITraceExporter(server.Options());
        using var deadline = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        Assert.That(exporter.Send(deadline.Token, SpanMaker.Ended("a"), SpanMaker.Ended("b")), Has.All.EqualTo(ExportOutcome.Retained));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Export_DeadlineDuringBackoff_EndsItAndRetains()
    {
        await using IngestServer server = await IngestServer.StartAsync((_, _) => 500);
        using var exporter = new OpenAITraceExporter(
            server.Options(static options => options.BaseDelay = options.MaxDelay = TimeSpan.FromHours(1)));
        using var deadline = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        Assert.That(exporter.Send(deadline.Token, SpanMaker.Ended("a")), Is.EqualTo(new[] { ExportOutcome.Retained }));
        Assert.That(server.Requests, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Export_Redirect_IsNotFollowed()
    {
        await using IngestServer elsewhere = await IngestServer.StartAsync();
        await using IngestServer server = await IngestServer.StartAsync(
            (_, _) => new IngestReply(302, ("Location", elsewhere.Endpoint.ToString())));
        using var exporter = new OpenAITraceExporter(server.Options(static options => options.MaxRetries = 0));
        Assert.That(exporter.Send(SpanMaker.Ended("a")), Is.EqualTo(new[] { ExportOutcome.Retained }));
        Assert.That(elsewhere.Requests, Is.Empty);
    }

    [Test]
    public async Task Export_RedirectThatAGivenClientTurnsIntoAGet_IsNoDelivery()
    {
        await using IngestServer elsewhere = await IngestServer.StartAsync();
        await using IngestServer server = await IngestServer.StartAsync(
            (_, _) => new IngestReply(302, ("Location", elsewhere.Endpoint.ToString())));
        using var following = new HttpClient();
        using var exporter = new OpenAITraceExporter(server.Options(options =>
        {
            options.MaxRetries = 0;
            options.HttpClientFactory = () => following;
        }));

        Assert.That(exporter.Send(SpanMaker.Ended("a")), Is.EqualTo(new[] { ExportOutcome.Retained }));
        Assert.That(elsewhere.Requests.Single().Method, Is.EqualTo("GET"), "this client did follow");
    }

    [Test]
    public async Task Export_GivenClient_IsMadeOnceAndLeftToItsMaker()
    {
        await using IngestServer server = await IngestServer.StartAsync();
        var handler = new CountingHandler();
        using var client = new HttpClient(handler);
        int made = 0;
        var exporter = new OpenAITraceExporter(server.Options(options => options.HttpClientFactory = () =>
        {
            made++;
            return client;
        }));

        exporter.Send(SpanMaker.Ended("a"));
        exporter.Send(SpanMaker.Ended("b"));
        exporter.Dispose();

        Assert.Multiple(() =>
        {
            Assert.That(made, Is.EqualTo(1));
            Assert.That(handler.Sent, Is.EqualTo(2), "handlers that exist in their asynchronous form alone are not passed by");
            Assert.That(handler.IsDisposed, Is.False);
        });
    }

    [Test]
    public async Task Export_OneItemRefused_DropsItAlone([Values(400, 413, 422)] int status, [Values(0, 3, 6)] int bad)
    {
        await using IngestServer server = await IngestServer.StartAsync(
            (request, _) => request.Body.Contains("BAD", StringComparison.Ordinal) ? status : 200);
        using var exporter = new OpenAITraceExporter(server.Options());
        Activity[] spans = [.. Enumerable.Range(0, 7).Select(i => SpanMaker.Ended($"span {i}", ("is", i == bad ? "BAD" : "good")))];

        ExportOutcome[] outcomes = exporter.Send(spans);

        Assert.Multiple(() =>
        {
            Assert.That(outcomes[bad], Is.EqualTo(ExportOutcome.Dropped));
            Assert.That(outcomes.Count(static outcome => outcome == ExportOutcome.Delivered), Is.EqualTo(6));
            Assert.That(server.AcceptedSpans, Has.Count.EqualTo(6), "and each of its neighbours once");
            Assert.That(server.AcceptedTraces, Has.Count.EqualTo(7), "what is said of its trace arrives");
        });
    }

    [Test]
    public async Task Export_TraceItemRefused_SendsItsSpansWithout()
    {
        await using IngestServer server = await IngestServer.StartAsync(
            (request, _) => request.Body.Contains("\"workflow_name\":\"BAD\"", StringComparison.Ordinal) ? 400 : 200);
        using var exporter = new OpenAITraceExporter(server.Options());
        Activity root = SpanMaker.Running("BAD");

        ExportOutcome[] outcomes = exporter.Send(SpanMaker.Ended("a", static _ => { }, root), SpanMaker.Ended("b", static _ => { }, root));
        int requests = server.Requests.Count;
        exporter.Send(SpanMaker.Ended("c", static _ => { }, root));

        Assert.Multiple(() =>
        {
            Assert.That(outcomes, Has.All.EqualTo(ExportOutcome.Delivered));
            Assert.That(server.AcceptedTraces, Is.Empty);
            Assert.That(server.Requests, Has.Count.EqualTo(requests + 1), "it is not offered again with every batch");
        });
    }

    [Test]
    public async Task Export_OutageInTheMiddleOfASplit_RetainsTheRestInOrder()
    {
        // The whole is refused, then its first half; of the first quarter on the service is away.
        await using IngestServer server = await IngestServer.StartAsync((_, n) => n <= 2 ? 400 : 500);
        using var exporter = new OpenAITraceExporter(server.Options(static options => options.MaxRetries = 0));
        Activity[] spans = [.. Enumerable.Range(0, 8).Select(static i => SpanMaker.Ended($"span {i}"))];

        Assert.That(exporter.Send(spans), Has.All.EqualTo(ExportOutcome.Retained));
        Assert.That(server.Requests, Has.Count.EqualTo(3), "what follows is not sent past what waits");
    }

    [Test]
    public async Task Export_MoreThanARequestHolds_GoesInSeveral()
    {
        await using IngestServer server = await IngestServer.StartAsync();
        using var exporter = new OpenAITraceExporter(server.Options());
        string large = new('x', 1_500_000);

        ExportOutcome[] outcomes = exporter.Send([.. Enumerable.Range(0, 7).Select(i => SpanMaker.Ended($"span {i}", ("large", large)))]);

        Assert.Multiple(() =>
        {
            Assert.That(outcomes, Has.All.EqualTo(ExportOutcome.Delivered));
            Assert.That(server.Requests, Has.Count.EqualTo(3));
            Assert.That(
                server.AcceptedSpans.Select(static span => (string?)span["span_data"]!["name"]),
                Is.EqualTo(Enumerable.Range(0, 7).Select(static i => $"span {i}")));
        });
    }

    [Test]
    public async Task Export_FirstOfSeveralRequestsFails_RetainsTheRestUnsent()
    {
        await using IngestServer server = await IngestServer.StartAsync(static (_, _) => 503);
        using var exporter = new OpenAITraceExporter(server.Options(static options => options.MaxRetries = 0));
        string large = new('x', 1_500_000);

        Assert.That(
            exporter.Send([.. Enumerable.Range(0, 7).Select(i => SpanMaker.Ended($"span {i}", ("large", large)))]),
            Has.All.EqualTo(ExportOutcome.Retained));
        Assert.That(server.Requests, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Export_UnserialisableValues_CostNoNeighbour()
    {
        await using IngestServer server = await IngestServer.StartAsync();
        using var exporter = new OpenAITraceExporter(server.Options());
        var cycle = new Dictionary<string, object?>();
        cycle["self"] = cycle;

        ExportOutcome[] outcomes = exporter.Send(
            SpanMaker.Ended("good"),
            SpanMaker.Ended(
                "lone \ud83d surrogate",
                ("nan", double.NaN),
                ("cycle", cycle),
                ("lone \udc00 key", "\ud83d"),
                ("throws", new Throwing())),
            SpanMaker.Ended("good too"));

        Assert.That(outcomes, Has.All.EqualTo(ExportOutcome.Delivered));
        Exports.AssertSame(
            server.AcceptedSpans[1]["span_data"],
            "{\"type\":\"custom\",\"name\":\"lone \ufffd surrogate\","
            + "\"data\":{\"nan\":null,\"cycle\":{\"self\":null},\"lone \ufffd key\":\"\ufffd\",\"throws\":null}}");
    }

    [TestCase(0, null, 0.0, 1000)]
    [TestCase(0, null, 1.0, 1100)]
    [TestCase(1, null, 0.0, 2000)]
    [TestCase(4, null, 0.5, 16_800)]
    [TestCase(5, null, 1.0, 30_000)]
    [TestCase(99, null, 1.0, 30_000)]
    [TestCase(0, 7000, 0.0, 7000)]
    [TestCase(3, 7000, 0.0, 8000)]
    [TestCase(0, 3_600_000, 0.0, 30_000)]
    public void Delay_OfARetry_DoublesAndHeedsTheService(int retry, int? askedMs, double random, int expectedMs)
    {
        TimeSpan? asked = askedMs is { } ms ? TimeSpan.FromMilliseconds(ms) : null;
        Assert.That(
            RetryBackoff.Delay(new OpenAIExporterOptions(), retry, asked, random),
            Is.EqualTo(TimeSpan.FromMilliseconds(expectedMs)));
    }

    [TestCase("retry-after", "7", 7000)]
    [TestCase("retry-after", "Thu, 01 Jan 2026 00:00:09 GMT", 9000)]
    [TestCase("retry-after", "Wed, 31 Dec 2025 23:59:00 GMT", 0)]
    [TestCase("retry-after-ms", "250.5", 250.5)]
    [TestCase("retry-after", "soon", null)]
    [TestCase("retry-after-ms", "-1", null)]
    public void Of_RetryAfterHeader_IsReadInEveryForm(string header, string value, double? expectedMs)
    {
        using var response = new HttpResponseMessage((System.Net.HttpStatusCode)429);
        response.Headers.TryAddWithoutValidation(header, value);
        var now = DateTimeOffset.Parse("2026-01-01T00:00:00Z", CultureInfo.InvariantCulture);
        Assert.That(IngestAnswer.Of(response, now).RetryAfter?.TotalMilliseconds, Is.EqualTo(expectedMs));
    }

    [Test]
    public void Of_BothRetryAfterHeaders_TheMillisecondsWin()
    {
        using var response = new HttpResponseMessage((System.Net.HttpStatusCode)503);
        response.Headers.TryAddWithoutValidation("retry-after", "7");
        response.Headers.TryAddWithoutValidation("retry-after-ms", "20");
        Assert.That(IngestAnswer.Of(response, default).RetryAfter, Is.EqualTo(TimeSpan.FromMilliseconds(20)));
    }

    private sealed class Throwing
    {
        public override string ToString() => throw new InvalidOperationException();
    }

    private sealed class CountingHandler() : DelegatingHandler(new HttpClientHandler())
    {
        public int Sent { get; private set; }

        public bool IsDisposed { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Sent++;
            return base.SendAsync(request, cancellationToken);
        }

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }
}
