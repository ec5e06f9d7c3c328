using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Exporter;
using WorkerTracing.Testing;

namespace WorkerTracing.Tests;

/// <summary>Where <c>AddOtlpExporter</c> sends to, by the <c>OTEL_EXPORTER_OTLP_*</c> variables.</summary>
[Category("Flush")]
[NonParallelizable] // every TracerProvider of the process records the jobs of all tests: the source is shared
public sealed class OtlpVariableTests
{
    private const string General = "OTEL_EXPORTER_OTLP_";
    private const string Traces = "OTEL_EXPORTER_OTLP_TRACES_";
    private const string Nowhere = "http://127.0.0.1:1/"; // the port of tcpmux: nobody listens

    private readonly ConcurrentQueue<string> _warnings = new();

    [TestCase("custom/path", "/custom/path")]
    [TestCase("", "/")]
    public async Task Endpoint_ForTracesAlone_IsUsedAsItIs(string path, string expected)
    {
        await using var receiver = new OtlpReceiver();

        FlushResult result = await RunAsync(
            new() { [Traces + "ENDPOINT"] = $"{receiver.Endpoint}{path}", [Traces + "PROTOCOL"] = "http/protobuf" });

        Assert.That(result.Status, Is.EqualTo(FlushStatus.Delivered));
        Assert.That(receiver.Addressed, Is.EqualTo(new[] { (expected, (string?)null) }));
    }

    [TestCase("", "/v1/traces")]
    [TestCase("below", "/below/v1/traces")]
    [TestCase("below/", "/below/v1/traces")]
    [TestCase("v1/traces", "/v1/traces")]
    public async Task Endpoint_ForEverySignal_GetsThePathOfTraces(string path, string expected)
    {
        await using var receiver = new OtlpReceiver();

        await RunAsync(
            new() { [General + "ENDPOINT"] = $"{receiver.Endpoint}{path}" },
            static options => options.Protocol = OtlpExportProtocol.HttpProtobuf);

        Assert.That(receiver.Addressed, Is.EqualTo(new[] { (expected, (string?)null) }), "whoever chose the protocol");
    }

    [Test]
    public async Task Variables_ForTraces_BeatThoseForEverySignal()
    {
        await using var receiver = new OtlpReceiver();

        OtlpExporterOptions? made = null;
        await RunAsync(
            new()
            {
                [General + "ENDPOINT"] = Nowhere,
                [Traces + "ENDPOINT"] = $"{receiver.Endpoint}ours",
                [General + "PROTOCOL"] = "grpc",
                [Traces + "PROTOCOL"] = "http/protobuf",
                [General + "HEADERS"] = "x-tenant=everybody",
                [Traces + "HEADERS"] = "x-tenant=traces",
                [General + "TIMEOUT"] = "1",
                [Traces + "TIMEOUT"] = "20000",
                [General + "COMPRESSION"] = "gzip",
                [Traces + "COMPRESSION"] = "none",
            },
            options => made = options);

        Assert.That(receiver.Addressed, Is.EqualTo(new[] { ("/ours", (string?)"traces") }));
        Assert.That((made!.TimeoutMilliseconds, made.Compression), Is.EqualTo((20_000, OtlpExportCompression.None)));
    }

    [Test]
    public async Task Variables_ForEverySignal_HoldWhereThereIsNoneForTraces()
    {
        await using var receiver = new OtlpReceiver();

        OtlpExporterOptions? made = null;
        await RunAsync(
            new()
            {
                [General + "ENDPOINT"] = receiver.Endpoint.ToString(),
                [General
                    + "PROTOCOL"] = "http/protobuf",
                [General + "HEADERS"] = "x-tenant=everybody",
                [General + "TIMEOUT"] = "20000",
                [Traces + "HEADERS"] = " ",
            },
            options => made = options);

        Assert.That(receiver.Addressed, Is.EqualTo(new[] { ("/v1/traces", (string?)"everybody") }));
        Assert.That(made!.TimeoutMilliseconds, Is.EqualTo(20_000));
    }

    [Test]
    public async Task Code_BeatsTheVariables()
    {
        await using var receiver = new OtlpReceiver();
        Dictionary<string, string?> variables = new()
        {
            [Traces + "ENDPOINT"] = Nowhere,
            [Traces + "HEADERS"] = "x-tenant=traces",
            [Traces + "PROTOCOL"] = "grpc"
        };

        await RunAsync(
            variables,
            options => options.Endpoint = new Uri(receiver.Endpoint, "of-the-code"),
            static services => services.Configure<OtlpExporterOptions>(static options =>
            {
                options.Protocol = OtlpExportProtocol.HttpProtobuf;
                options.Endpoint = new Uri(Nowhere);
                options.Headers = "x-tenant=services";
            }));

        Assert.That(
            receiver.Addressed,
            Is.EqualTo(new[] { ("/of-the-code", (string?)"services") }),
            "the delegate, then the app's services, then the variables");
    }

    [Test]
    public async Task Variables_OfTheEnvironment_AreReadWithoutAConfigurationThatHasThem()
    {
        await using var receiver = new OtlpReceiver();
        Environment.SetEnvironmentVariable(Traces + "ENDPOINT", $"{receiver.Endpoint}of-the-environment");
        try
        {
            await RunAsync(new() { [Traces + "PROTOCOL"] = "http/protobuf" });
        }
        finally
        {
            Environment.SetEnvironmentVariable(Traces + "ENDPOINT", null);
        }

        Assert.That(receiver.Addressed.Select(request => request.Path), Is.EqualTo(new[] { "/of-the-environment" }));
    }

    [Test]
    public async Task Values_ThatCannotBeUsed_AreNamedWithWhatIsUsedInstead()
    {
        await using var receiver = new OtlpReceiver();

        OtlpExporterOptions? made = null;
        FlushResult result = await RunAsync(
            new()
            {
                [General + "ENDPOINT"] = receiver.Endpoint.ToString(),
                [General + "PROTOCOL"] = "http/protobuf",
                [Traces + "ENDPOINT"] = "http//user:secret@nowhere?token=secret",
                [Traces + "PROTOCOL"] = "http/json",
                [Traces + "TIMEOUT"] = "0",
                [Traces + "COMPRESSION"] = "zstd",
                ["OTEL_SPAN_EVENT_COUNT_LIMIT"] = "many",
                ["OTEL_EXPORTER_OTLP_CERTIFICATE"] = "/nonexistent.pem",
            },
            options => made = options);

        Assert.That(result.Status, Is.EqualTo(FlushStatus.Delivered), "the variables for every signal hold");
        Assert.That((made!.TimeoutMilliseconds, made.Compression), Is.EqualTo((10_000, OtlpExportCompression.None)));
        string warning = _warnings.Single();
        Assert.That(warning, Does.Contain($"{Traces}PROTOCOL='http/json': expected grpc or http/protobuf. Using http/protobuf."));
        Assert.That(warning, Does.Contain($"{Traces}TIMEOUT='0': expected a positive number of milliseconds. Using 10000."));
        Assert.That(warning, Does.Contain($"{Traces}COMPRESSION='zstd': expected gzip or none. Using none."));
        Assert.That(warning, Does.Contain($"{Traces}ENDPOINT=").And.Contain($"Using {receiver.Endpoint}."));
        Assert.That(warning, Does.Contain("OTEL_SPAN_EVENT_COUNT_LIMIT='many': expected a whole number. Using 128."));
        Assert.That(warning, Does.Contain("OTEL_EXPORTER_OTLP_CERTIFICATE='/nonexistent.pem'").And.Contain("certificate authorities"));
        Assert.That(warning, Does.Not.Contain("secret").And.Not.Contain(General + "ENDPOINT"));
    }

    [TestCase("collector:4317")]
    [TestCase("192.0.2.1:4317")]
    public async Task Endpoint_WithoutAScheme_IsNamedOnceWithTheAddressThatWasMeant(string text)
    {
        string expected = $"{General}ENDPOINT='{text}': expected an http or https address, such as http://{text}. "
            + "Using http://localhost:4317.";
        await RunAsync(new() { [General + "ENDPOINT"] = text });
        Environment.SetEnvironmentVariable(General + "ENDPOINT", text);
        try
        {
            await RunAsync([]);
        }
        finally
        {
            Environment.SetEnvironmentVariable(General + "ENDPOINT", null);
        }

        string[] ignored = [.. _warnings.Where(static warning => warning.Contains("Ignoring", StringComparison.Ordinal))];
        Assert.That(ignored, Has.Length.EqualTo(2).And.All.EndsWith($"cannot use. Ignoring {expected}"));
    }

    [Test]
    public async Task Options_ThatCannotBeUsed_AreNamedWithWhatIsUsedInstead()
    {
        await RunAsync([], static options =>
        {
            options.Endpoint = new Uri("ftp://127.0.0.1");
            options.TimeoutMilliseconds = -5;
        });

        Assert.That(
            _warnings,
            Has.Some.Contains("OtlpExporterOptions.Endpoint='ftp://127.0.0.1': expected an http or https address.")
                .And.Some.Contains("OtlpExporterOptions.TimeoutMilliseconds='-5'"));
    }

    [Test]
    public async Task Headers_AreDecodedEntryByEntry()
    {
        await using OtlpBackend backend = await OtlpBackend.StartAsync(OtlpExportProtocol.HttpProtobuf);

        await RunAsync(
            new() { [General + "HEADERS"] = "x-list=a%2Cb, api%2Dkey = a=b%20c,x-last=1" },
            options => (options.Endpoint, options.Protocol) = (backend.Endpoint, OtlpExportProtocol.HttpProtobuf));

        IReadOnlyDictionary<string, string> headers = backend.Calls.Single().Headers;
        Assert.That((headers["x-list"], headers["api-key"], headers["x-last"]), Is.EqualTo(("a,b", "a=b c", "1")));
        Assert.That(_warnings, Is.Empty);
    }

    [Test]
    public async Task Headers_ThatCannotBeUsed_AreSkippedAndNamed_WithoutTheirValue()
    {
        await using OtlpBackend backend = await OtlpBackend.StartAsync(OtlpExportProtocol.HttpProtobuf);

        FlushResult result = await RunAsync(
            new() { [Traces + "HEADERS"] = "secret-without-equals,x-bad=secret%0Ax,x bad=secret,x-good=1" },
            options => (options.Endpoint, options.Protocol) = (backend.Endpoint, OtlpExportProtocol.HttpProtobuf));

        Assert.That(result.Status, Is.EqualTo(FlushStatus.Delivered));
        Assert.That(backend.Calls.Single().Headers["x-good"], Is.EqualTo("1"));
        Assert.That(_warnings.Single(), Does.Contain(Traces + "HEADERS").And.Contain("'x-bad'").And.Not.Contain("secret"));
    }

    [TestCase("http://{0}/?tenant=a%20b", "/v1/traces?tenant=a%20b")]
    [TestCase("http://{0}/own/path/?x=1", "/own/path/?x=1")]
    [TestCase("http://{0}/v1/traces/", "/v1/traces/")]
    public async Task Endpoint_OfTheCode_KeepsItsPathAndQuery(string endpoint, string expected)
    {
        await using OtlpBackend backend = await OtlpBackend.StartAsync(OtlpExportProtocol.HttpProtobuf);

        await RunAsync([], options =>
        {
            options.Protocol = OtlpExportProtocol.HttpProtobuf;
            options.Endpoint = new Uri(string.Format(CultureInfo.InvariantCulture, endpoint, backend.Endpoint.Authority));
        });

        Assert.That(Uri.UnescapeDataString(backend.Calls.Single().Path), Is.EqualTo(Uri.UnescapeDataString(expected)));
    }

    [TestCase("http://[::1]:4318", "http://[::1]:4318/v1/traces")]
    [TestCase("http://collector", "http://collector/v1/traces")]
    [TestCase("https://collector/?a=1", "https://collector/v1/traces?a=1")]
    [TestCase("https://collector/own/", "https://collector/own/")]
    public void Endpoint_OverHttp_MakesTheAddress(string endpoint, string expected) =>
        Assert.That(OtlpEndpoint.OfHttp(new Uri(endpoint), new OtlpContext()).AbsoluteUri, Is.EqualTo(expected));

    [TestCase("http://[::1]:4317", "http://[::1]:4317/opentelemetry.proto.collector.trace.v1.TraceService/Export")]
    [TestCase("http://host/prefix/", "http://host/prefix/opentelemetry.proto.collector.trace.v1.TraceService/Export")]
    public void Endpoint_OverGrpc_MakesTheAddress(string endpoint, string expected) =>
        Assert.That(OtlpEndpoint.OfGrpc(new Uri(endpoint)).AbsoluteUri, Is.EqualTo(expected));

    [Test]
    public async Task Limits_OfTheConfiguration_AreHonoured()
    {
        await using OtlpBackend backend = await OtlpBackend.StartAsync(OtlpExportProtocol.HttpProtobuf);

        await RunAsync(
            new() { ["OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT"] = "2" },
            options => (options.Endpoint, options.Protocol) = (backend.Endpoint, OtlpExportProtocol.HttpProtobuf));

        Assert.That(backend.Calls.Single().Spans.Single().Attributes["workflow.task.name"], Is.EqualTo("jo"));
    }

    [Test]
    public async Task NamedHttpClient_OfTheApplication_IsUsed([Values] OtlpExportProtocol protocol)
    {
        await using OtlpBackend backend = await OtlpBackend.StartAsync(protocol);

        FlushResult result = await RunAsync(
            [],
            options => (options.Endpoint, options.Protocol) = (backend.Endpoint, protocol),
            static services => services.AddHttpClient("OtlpTraceExporter").AddHttpMessageHandler(static () => new TokenHandler()));

        Assert.That(result.Status, Is.EqualTo(FlushStatus.Delivered));
        Assert.That(backend.Calls.Single().Headers["authorization"], Is.EqualTo("Bearer fresh"));
    }

    [Test]
    public async Task HttpClientFactory_WithAnAsynchronousHandler_IsUsed()
    {
        await using OtlpBackend backend = await OtlpBackend.StartAsync(OtlpExportProtocol.HttpProtobuf);
        using var client = new HttpClient(new AsynchronousHandler());

        FlushResult result = await RunAsync([], options =>
        {
            (options.Endpoint, options.Protocol) = (backend.Endpoint, OtlpExportProtocol.HttpProtobuf);
            options.HttpClientFactory = () => client;
        });

        Assert.That(result.Status, Is.EqualTo(FlushStatus.Delivered));
    }

    [SetUp]
    public void ForgetWarnings() => _warnings.Clear();

    /// <summary>One job in a host with these variables, delivered or not before it stops.</summary>
    private async Task<FlushResult> RunAsync(
        Dictionary<string, string?> variables,
        Action<OtlpExporterOptions>? configure = null,
        Action<IServiceCollection>? addServices = null)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(variables);
        builder.Services
            .AddWorkerTracing(static options => (options.Flush, options.FlushTimeout) = (FlushMode.Wait, TimeSpan.FromSeconds(30)))
            .AddOtlpExporter(configure);
        builder.Logging.AddProvider(new Warnings(_warnings));
        addServices?.Invoke(builder.Services);
        using IHost host = builder.Build();
        await host.StartAsync();
        FlushResult result = await host.Services.GetRequiredService<JobTracer>().Start(Pipeline.Job()).EndAsync();
        await host.StopAsync();
        return result;
    }

    private sealed class TokenHandler : DelegatingHandler
    {
        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.TryAddWithoutValidation("authorization", "Bearer fresh");
            return base.Send(request, cancellationToken);
        }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.TryAddWithoutValidation("authorization", "Bearer fresh");
            return base.SendAsync(request, cancellationToken);
        }
    }

    /// <summary>A handler that has no synchronous form.</summary>
    private sealed class AsynchronousHandler : HttpMessageHandler
    {
        private readonly HttpMessageInvoker _inner = new(new SocketsHttpHandler());

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            _inner.SendAsync(request, cancellationToken);

        protected override void Dispose(bool disposing)
        {
            _inner.Dispose();
            base.Dispose(disposing);
        }
    }

    private sealed class Warnings(ConcurrentQueue<string> lines) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                lines.Enqueue(formatter(state, exception));
        }

        public void Dispose()
        {
        }
    }
}
