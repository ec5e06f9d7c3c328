using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Exporter;
using WorkerTracing.Testing;

namespace WorkerTracing.Tests;

/// <summary>What the log says of a failure to send.</summary>
public sealed class OtlpLogTests
{
    [Test]
    public async Task Export_Failures_AreReportedOnceWithWhatAPersonNeeds([Values] OtlpExportProtocol protocol)
    {
        await using OtlpBackend backend = await OtlpBackend.StartAsync(protocol);
        bool isGrpc = protocol == OtlpExportProtocol.Grpc;
        backend.OnCall = _ => Task.FromResult(OtlpReply.Failure(503, 14, isGrpc, "overloaded,\nsays token-of-mine" + new string('x', 500)));
        OtlpExporterOptions options = backend.Options;
        options.Headers = "authorization=Bearer token-of-mine";
        var log = new LogLines();
        using OtlpSpanExporter exporter = ExporterWith(options, log);
        using var source = new SpanSource();

        Export(exporter, source, 3);
        Export(exporter, source, 3);
        backend.OnCall = static _ => Task.FromResult(OtlpReply.Ok);
        Export(exporter, source, 3);

        Assert.That(log.Events.Select(static line => line.Id), Is.EqualTo(new[] { 2, 14 }));
        string failure = log.Events[0].Text;
        Assert.That(failure, Does.StartWith($"OtlpSpanExporter failed: {backend.Endpoint}"));
        Assert.That(failure, Does.Contain(isGrpc ? "(grpc): gRPC status 14 (Unavailable)" : "(http/protobuf): HTTP status 503"));
        Assert.That(failure, Does.Contain("overloaded, says ***xxx").And.Contain("…").And.Not.Contain("token-of-mine"));
        Assert.That(failure, Does.EndWith("3 spans are kept, and sent again later."));
        Assert.That(log.Events[1].Text, Does.Contain("2 requests failed, and 0 spans were lost."));
    }

    [Test]
    public async Task Export_Losses_AreReported()
    {
        await using OtlpBackend backend = await OtlpBackend.StartAsync(OtlpExportProtocol.HttpProtobuf);
        backend.OnCall = static _ => Task.FromResult(new OtlpReply { HttpStatus = 404 });
        var log = new LogLines();
        using OtlpSpanExporter exporter = ExporterWith(backend.Options, log);
        using var source = new SpanSource();

        Export(exporter, source, 5);
        backend.OnCall = static _ => Task.FromResult(new OtlpReply { Message = "old spans are sampled" });
        Export(exporter, source, 1);

        Assert.That(log.Events.Select(static line => line.Id), Is.EqualTo(new[] { 2, 15 }));
        Assert.That(log.Events[0].Text, Does.Contain("HTTP status 404").And.EndsWith("5 spans are lost."));
        Assert.That(log.Events[1].Text, Does.EndWith("accepted spans with a warning: old spans are sampled."));
    }

    [Test]
    public async Task Export_WrappedInAnExporterOfTheApplication_ReportsWhatIsKeptAndLost()
    {
        await using OtlpBackend backend = await OtlpBackend.StartAsync(OtlpExportProtocol.HttpProtobuf);
        backend.OnCall = static _ => Task.FromResult(new OtlpReply { HttpStatus = 503 });
        var log = new LogLines();
        var limited = new RateLimitedLogger(log, TimeProvider.System);
        using var processor = new BatchTraceProcessor(
            new Wrapper(new OtlpSpanExporter(backend.Options)), new BatchTraceProcessorOptions(), limited, TimeProvider.System);

        processor.OnEnd(Spans.Ended("kept"));
        await processor.FlushAsync(Timeout.InfiniteTimeSpan);
        backend.OnCall = static _ => Task.FromResult(new OtlpReply { HttpStatus = 404 });
        await Until.TrueAsync(() => log.Events.Count == 2, "the span is sent again, and lost");
        backend.OnCall = static _ => Task.FromResult(OtlpReply.Ok);
        processor.OnEnd(Spans.Ended("delivered"));
        await processor.FlushAsync(Timeout.InfiniteTimeSpan);
        await Until.TrueAsync(() => log.Events.Count == 3, "the log follows the answer of the flush");

        Assert.That(log.Events.Select(static line => line.Id), Is.EqualTo(new[] { 2, 2, 14 }));
        Assert.That(
            log.Events[0].Text, Is.EqualTo("Wrapper failed: the export reported a failure. 1 spans are kept, and sent again later."));
        Assert.That(log.Events[1].Text, Does.EndWith("1 spans are lost."));
        Assert.That(log.Events[2].Text, Does.StartWith("Wrapper: the backend accepts spans again").And.EndsWith("1 spans were lost."));
    }

    [Test]
    public async Task HealthCheck_AnOutage_NamesAddressTimeWhatIsKeptAndTheError()
    {
        await using OtlpBackend backend = await OtlpBackend.StartAsync(OtlpExportProtocol.HttpProtobuf);
        backend.OnCall = static _ => Task.FromResult(new OtlpReply { HttpStatus = 503, Message = "overloaded" + new string('x', 5_000) });
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddWorkerTracing().AddOtlpExporter(
            otlp => (otlp.Endpoint, otlp.Protocol) = (backend.Endpoint, OtlpExportProtocol.HttpProtobuf));
        services.AddHealthChecks().AddWorkerTracing();
        await using ServiceProvider provider = services.BuildServiceProvider();
        JobTracer tracer = provider.GetRequiredService<JobTracer>();

        tracer.Start(Pipeline.Job()).Dispose();
        await provider.GetRequiredService<ITraceFlusher>().FlushAsync(TimeSpan.FromMinutes(2));
        HealthReport report = await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync();

        HealthReportEntry entry = report.Entries["worker_tracing"];
        Assert.That(entry.Status, Is.EqualTo(HealthStatus.Degraded));
        Assert.That(entry.Description, Does.Match(
            @"^OtlpSpanExporter to http://127\.0\.0\.1:\d+/v1/traces: \d+ exports failed and 0 spans were lost since the last success, "
            + @"failing since \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ\. \d+ spans are kept\. Last error: HTTP status 503: overloadedx+…"));
        Assert.That(entry.Description, Has.Length.LessThan(1_000));
        Assert.That(entry.Data["OtlpSpanExporter.address"], Does.StartWith("http://127.0.0.1:"));
        backend.OnCall = static _ => Task.FromResult(OtlpReply.Ok);
    }

    [Test]
    public async Task Export_ToThePortOfTheOtherProtocol_SaysSo([Values] OtlpExportProtocol protocol)
    {
        bool isGrpc = protocol == OtlpExportProtocol.Grpc;
        await using OtlpBackend other =
            await OtlpBackend.StartAsync(isGrpc ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc);
        OtlpExporterOptions options = other.Options;
        options.Protocol = protocol;
        var log = new LogLines();
        using OtlpSpanExporter exporter = ExporterWith(options, log);
        using var source = new SpanSource();

        ExportOutcome[] outcomes = Export(exporter, source, 3);

        Assert.That(outcomes, Is.All.EqualTo(ExportOutcome.Retained));
        Assert.That(log.Events.Single().Text, Does.Contain(isGrpc ? "set the protocol to http/protobuf" : "set the protocol to grpc"));
    }

    [Test]
    public void Export_NobodyListens_NamesTheSocketsError()
    {
        using var unused = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        unused.Bind(new IPEndPoint(IPAddress.Loopback, 0)); // bound and not listening: connections are refused
        var log = new LogLines();
        using OtlpSpanExporter exporter = ExporterWith(
            new OtlpExporterOptions { Endpoint = new Uri($"http://{unused.LocalEndPoint}"), Protocol = OtlpExportProtocol.HttpProtobuf },
            log);
        using var source = new SpanSource();

        Export(exporter, source, 1);

        Assert.That(log.Events.Single().Text, Does.Contain("ConnectionRefused").And.Not.Contain("set the protocol"));
        IExportTarget target = exporter;
        Assert.That(target.Address, Is.EqualTo($"http://{unused.LocalEndPoint}/v1/traces"));
        Assert.That((target.Protocol, target.LastError), Is.EqualTo(("http/protobuf", "ConnectionRefused (Connection refused)")));
    }

    /// <summary>The application makes the exporter itself: it has the processor's logger all the same.</summary>
    [Test]
    [NonParallelizable] // every TracerProvider of the process records the jobs of all tests: the source is shared
    public async Task AddExporter_ExporterWithoutALogger_LogsItsFailures([Values(401, 404)] int status)
    {
        await using OtlpBackend backend = await OtlpBackend.StartAsync(OtlpExportProtocol.HttpProtobuf);
        backend.OnCall = _ => Task.FromResult(new OtlpReply { HttpStatus = status });
        OtlpExporterOptions options = backend.Options;
        options.TimeoutMilliseconds = 0;
        var log = new LogLines();
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(log));
        services.AddWorkerTracing(static tracing => tracing.Flush = FlushMode.Wait).AddExporter(_ => new OtlpSpanExporter(options));
        await using ServiceProvider provider = services.BuildServiceProvider();

        await provider.GetRequiredService<JobTracer>().RunAsync("job", static (_, _) => Task.CompletedTask);
        await Until.TrueAsync(() => log.Events.Any(static line => line.Id == 2), "the failure is logged, also after a timed-out flush");

        string failure = log.Events.Single(static line => line.Id == 2).Text;
        Assert.That(failure, Does.StartWith($"OtlpSpanExporter failed: {backend.Endpoint}").And.Contain($"HTTP status {status}"));
        Assert.That(failure, Does.EndWith(status == 401 ? "1 spans are kept, and sent again later." : "1 spans are lost."));
        Assert.That(log.Events.Single(static line => line.Id == 11).Text, Does.Contain("TimeoutMilliseconds='0'"));
    }

    /// <summary>The processor has a logger and the exporter has none: the processor logs.</summary>
    [Test]
    public async Task Processor_ExporterWithoutALogger_LogsTheLoss()
    {
        await using OtlpBackend backend = await OtlpBackend.StartAsync(OtlpExportProtocol.HttpProtobuf);
        backend.OnCall = static _ => Task.FromResult(new OtlpReply { HttpStatus = 404 });
        var log = new LogLines();
        using var processor = new BatchTraceProcessor(
            new OtlpSpanExporter(backend.Options), new BatchTraceProcessorOptions(), log, TimeProvider.System);
        using var source = new SpanSource();

        processor.OnEnd(source.Span("lost"));
        FlushResult result = processor.Flush(TimeSpan.FromSeconds(30));

        Assert.That(result.Status, Is.EqualTo(FlushStatus.Failed));
        await Until.TrueAsync(() => log.Events.Any(static line => line.Id == 2), "the loss is logged");
        Assert.That(log.Events.Single(static line => line.Id == 2).Text, Does.EndWith("1 spans are lost."));
    }

    private static OtlpSpanExporter ExporterWith(OtlpExporterOptions options, ILogger log) =>
        new(OtlpSettings.Of(options, new OtlpContext()), log, TimeProvider.System);

    private static ExportOutcome[] Export(OtlpSpanExporter exporter, SpanSource source, int count)
    {
        var outcomes = new ExportOutcome[count];
        exporter.Export(source.Spans(count), outcomes, CancellationToken.None);
        return outcomes;
    }

    /// <summary>An exporter of an application, which passes everything on.</summary>
    private sealed class Wrapper(OtlpSpanExporter inner) : OpenTelemetry.BaseExporter<Activity>, IOutcomeExporter
    {
        public int MaxConcurrency => 1;

        public void Export(ReadOnlySpan<Activity> batch, Span<ExportOutcome> outcomes, CancellationToken cancellationToken) =>
            inner.Export(batch, outcomes, cancellationToken);

        public override OpenTelemetry.ExportResult Export(in OpenTelemetry.Batch<Activity> batch) => inner.Export(batch);

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
