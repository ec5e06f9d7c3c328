using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using OpenTelemetry.Exporter;

namespace WorkerTracing.Tests;

/// <summary>What the answers of a backend mean for each span.</summary>
[TestFixture(OtlpExportProtocol.HttpProtobuf)]
[TestFixture(OtlpExportProtocol.Grpc)]
public sealed class OtlpOutcomeTests(OtlpExportProtocol protocol)
{
    private const int LargestRequest = 4 * 1024 * 1024;

    private readonly bool _isGrpc = protocol == OtlpExportProtocol.Grpc;
    private readonly LogLines _log = new();
    private OtlpBackend _backend = null!;
    private OtlpSpanExporter _exporter = null!;
    private SpanSource _source = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _backend = await OtlpBackend.StartAsync(protocol);
        _exporter = new OtlpSpanExporter(OtlpSettings.Of(_backend.Options, new OtlpContext()), _log, TimeProvider.System);
        _source = new SpanSource();
    }

    [TearDown]
    public async Task StopAsync()
    {
        _exporter.Dispose();
        _source.Dispose();
        await _backend.DisposeAsync();
    }

    [Test]
    public void Export_Accepted_IsDelivered()
    {
        Assert.That(Export(_source.Spans(3)), Is.All.EqualTo(ExportOutcome.Delivered));
        Assert.That(_backend.Accepted, Has.Count.EqualTo(3));
    }

    [Test]
    public void Export_PassingFailure_IsRetainedInOneRequest()
    {
        int[] statuses = _isGrpc ? [1, 4, 7, 8, 10, 11, 14, 15, 16] : [401, 403, 429, 502, 503, 504];
        foreach (int status in statuses)
        {
            _backend.OnCall = _ => Fail(status, status);
            Assert.That(Export(_source.Spans(3)), Is.All.EqualTo(ExportOutcome.Retained), $"status {status}");
        }

        Assert.That(_backend.Calls, Has.Count.EqualTo(statuses.Length));
        Assert.That(_exporter.RetryAfter, Is.EqualTo(TimeSpan.Zero));
    }

    [Test]
    public void Export_LastingFailure_IsDroppedInOneRequest()
    {
        int[] statuses = _isGrpc ? [2, 5, 6, 9, 12, 13] : [302, 404, 500, 501];
        foreach (int status in statuses)
        {
            _backend.OnCall = _ => Fail(status, status);
            Assert.That(Export(_source.Spans(3)), Is.All.EqualTo(ExportOutcome.Dropped), $"status {status}");
        }

        Assert.That(_backend.Calls, Has.Count.EqualTo(statuses.Length));
    }

    [Test]
    public void Export_WaitAskedFor_IsTheRetryAfter([Values(429, 503)] int http)
    {
        _backend.OnCall = _ => Fail(http, http == 429 ? 8 : 14, retryAfter: TimeSpan.FromHours(1));

        Assert.That(Export(_source.Spans(3)), Is.All.EqualTo(ExportOutcome.Retained));
        Assert.That(_exporter.RetryAfter, Is.InRange(TimeSpan.FromMinutes(59), TimeSpan.FromHours(1)), _log.ToString());
    }

    [Test]
    public void Export_NobodyListens_IsRetained()
    {
        using var unused = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        unused.Bind(new IPEndPoint(IPAddress.Loopback, 0)); // bound and not listening: the port refuses connections and stays taken
        OtlpExporterOptions options = _backend.Options;
        options.Endpoint = new Uri($"http://{unused.LocalEndPoint}");
        using var exporter = new OtlpSpanExporter(options);

        Assert.That(Export(_source.Spans(3), exporter), Is.All.EqualTo(ExportOutcome.Retained));
    }

    [Test]
    public void Export_NoAnswer_IsRetainedAtTheTimeout()
    {
        OtlpExporterOptions options = _backend.Options;
        options.TimeoutMilliseconds = 50;
        using var exporter = new OtlpSpanExporter(options);
        var release = new TaskCompletionSource<OtlpReply>();
        _backend.OnCall = _ => release.Task;

        Assert.That(Export(_source.Spans(3), exporter), Is.All.EqualTo(ExportOutcome.Retained));
        release.SetResult(OtlpReply.Ok);
    }

    [TestCase(1, ExportOutcome.Unconfirmed)]
    [TestCase(2, ExportOutcome.Unconfirmed)]
    [TestCase(3, ExportOutcome.Dropped)]
    [TestCase(0, ExportOutcome.Delivered)]
    public void Export_PartialSuccess_IsNeverDelivered(int rejected, ExportOutcome expected)
    {
        _backend.OnCall = _ => Task.FromResult(new OtlpReply { Rejected = rejected, Message = "some are too old" });

        Assert.That(Export(_source.Spans(3)), Is.All.EqualTo(expected));
    }

    [Test]
    public void Export_OneInvalidSpan_IsDroppedAlone([Values(0, 31, 63, 99)] int bad)
    {
        _backend.OnCall = call => call.Spans.Any(static span => span.Name == "bad") ? Fail(400, 3) : Task.FromResult(OtlpReply.Ok);
        Activity[] spans = [.. Enumerable.Range(0, 100).Select(i => _source.Span(i == bad ? "bad" : "good"))];

        ExportOutcome[] outcomes = Export(spans);

        Assert.That(outcomes[bad], Is.EqualTo(ExportOutcome.Dropped));
        Assert.That(outcomes.Count(static outcome => outcome == ExportOutcome.Delivered), Is.EqualTo(99));
        Assert.That(_backend.Accepted, Has.Count.EqualTo(99));
        Assert.That(_backend.Calls, Has.Count.LessThanOrEqualTo(16), "2 log2(n) + 2");
    }

    [Test]
    public void Export_EverythingInvalid_IsDroppedWithAtMost32Requests()
    {
        _backend.OnCall = _ => Fail(422, 3);

        Assert.That(Export(_source.Spans(500)), Is.All.EqualTo(ExportOutcome.Dropped));
        Assert.That(_backend.Calls, Has.Count.LessThanOrEqualTo(32));
    }

    [Test]
    public void Export_LargeSpans_AreCutIntoRequestsThatTheBackendTakes()
    {
        _backend.OnCall = RefuseLarge;

        Activity[] spans = [.. Enumerable.Range(0, 60).Select(_ => _source.Span("job", 97_000))];

        Assert.That(Export(spans), Is.All.EqualTo(ExportOutcome.Delivered));
        Assert.That(_backend.Calls, Has.Count.EqualTo(2));
    }

    [Test]
    public void Export_OneSpanTooLarge_IsDroppedAlone([Values(0, 50, 99)] int large)
    {
        _backend.OnCall = RefuseLarge;
        Activity[] spans = [.. Enumerable.Range(0, 100).Select(i => _source.Span("job", i == large ? 5_000_000 : 10))];

        ExportOutcome[] outcomes = Export(spans);

        Assert.That(outcomes[large], Is.EqualTo(ExportOutcome.Dropped));
        Assert.That(outcomes.Count(static outcome => outcome == ExportOutcome.Delivered), Is.EqualTo(99));
    }

    [Test]
    public void Export_BackendThatTakesLess_GetsSmallerRequests()
    {
        _backend.OnCall = call => call.Body.Length > 300_000
            ? Fail(413, 8, "received message larger than max")
            : Task.FromResult(OtlpReply.Ok);
        Activity[] spans = [.. Enumerable.Range(0, 16).Select(_ => _source.Span("job", 97_000))];

        Assert.That(Export(spans), Is.All.EqualTo(ExportOutcome.Delivered));
    }

    [Test]
    public void Export_RateLimitWithoutAWait_IsNeverALoss()
    {
        _backend.OnCall = _ => Fail(429, 8, "ingestion rate limit exceeded");
        Activity[] spans = [.. Enumerable.Range(0, 16).Select(_ => _source.Span("job", 97_000))];

        ExportOutcome[] first = Export(spans);
        int requests = _backend.Calls.Count;
        ExportOutcome[] second = Export(spans);
        _backend.OnCall = static _ => Task.FromResult(OtlpReply.Ok);

        Assert.That(first, Is.All.EqualTo(ExportOutcome.Retained));
        Assert.That(second, Is.All.EqualTo(ExportOutcome.Retained));
        Assert.That(_backend.Calls, Has.Count.EqualTo(requests + 1), "the rate limit is known by then");
        Assert.That(Export(spans), Is.All.EqualTo(ExportOutcome.Delivered));
    }

    [Test]
    public void Export_MaxRequestSize_IsHonoured()
    {
        OtlpExporterOptions options = _backend.Options;
        options.MaxRequestSizeBytes = 1_000_000;
        using var exporter = new OtlpSpanExporter(options);

        Export([.. Enumerable.Range(0, 30).Select(_ => _source.Span("job", 97_000))], exporter);

        Assert.That(_backend.Calls.Select(static call => call.Body.Length), Is.All.LessThanOrEqualTo(1_000_000));
        Assert.That(_backend.Calls, Has.Count.EqualTo(3));
    }

    [Test]
    public void Export_ManySourcesInterleaved_WritesEachSourceOnce()
    {
        using var other = new SpanSource();
        Activity[] spans = [.. Enumerable.Range(0, 20).Select(i => (i % 2 == 0 ? _source : other).Span($"span {i}"))];

        Assert.That(Export(spans), Is.All.EqualTo(ExportOutcome.Delivered));
        Assert.That(
            _backend.Calls.Single().Spans.Select(static span => span.Name),
            Is.EqualTo(spans.Where(static (_, i) => i % 2 == 0).Concat(spans.Where(static (_, i) => i % 2 == 1))
                .Select(static span => span.DisplayName)));
    }

    private Task<OtlpReply> RefuseLarge(OtlpCall call) =>
        call.Body.Length > LargestRequest ? Fail(413, 8) : Task.FromResult(OtlpReply.Ok);

    private Task<OtlpReply> Fail(int http, int grpc, string message = "", TimeSpan? retryAfter = null) =>
        Task.FromResult(OtlpReply.Failure(http, grpc, _isGrpc, message, retryAfter));

    private ExportOutcome[] Export(Activity[] spans, OtlpSpanExporter? exporter = null)
    {
        var outcomes = new ExportOutcome[spans.Length];
        (exporter ?? _exporter).Export(spans, outcomes, CancellationToken.None);
        return outcomes;
    }
}
