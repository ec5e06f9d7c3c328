using System.Collections.Concurrent;
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
    public async Task BadValues_AreIgnoredAndNamed_WithoutTheirText()
    {
        await using var receiver = new OtlpReceiver();

        OtlpExporterOptions? made = null;
        FlushResult result = await RunAsync(
            new()
            {
                [General + "ENDPOINT"] = receiver.Endpoint.ToString(),
                [General + "PROTOCOL"] = "http/protobuf",
                [Traces + "ENDPOINT"] = "secret nonsense",
                [Traces + "PROTOCOL"] = "http/secret",
                [Traces + "TIMEOUT"] = "-1",
                [
                    Traces + "COMPRESSION"] = "secret",
            },
            options => made = options);

        Assert.That(result.Status, Is.EqualTo(FlushStatus.Delivered), "the variables for every signal hold");
        Assert.That((made!.TimeoutMilliseconds, made.Compression), Is.EqualTo((10_000, OtlpExportCompression.None)));
        string warning = _warnings.Single();
        Assert.That(
            warning,
            Does.Contain(Traces + "ENDPOINT").And.Contain(Traces + "PROTOCOL")
                .And.Contain(Traces + "TIMEOUT").And.Contain(Traces + "COMPRESSION"));
        Assert.That(warning, Does.Not.Contain("secret").And.Not.Contain(General + "ENDPOINT"));
    }

    [TestCase("secret.example:4317")]
    [TestCase("ftp://secret.example")]
    public async Task Endpoint_ThatIsNoHttpAddress_IsIgnoredAndNamed_WithoutItsText(string endpoint)
    {
        await RunAsync(new() { [General + "ENDPOINT"] = endpoint }, static options => options.Endpoint = new Uri(Nowhere));

        Assert.That(_warnings, Has.Some.Contains(General + "ENDPOINT"));
        Assert.That(_warnings, Has.None.Contains("secret"));
    }

    [Test]
    public void Headers_ThatCannotBeRead_StopTheStart() =>
        Assert.That(
            async () => await RunAsync(new() { [Traces + "HEADERS"] = "no equals sign" }),
            Throws.ArgumentException.With.Message.Contains("Headers"));

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
