using OpenTelemetry;
using OpenTelemetry.Trace;

namespace WorkerTracing.OpenAI.Tests;

public sealed class SelectorTests
{
    private const string SourceName = "WorkerTracing";

    [Test]
    public async Task Export_SpansOfTwoTenants_GoByTheirOwnKeys()
    {
        await using IngestServer server = await IngestServer.StartAsync();
        using var exporter = new OpenAITraceExporter(server.Options(static options => options.CredentialsSelector = Select));
        using TracerProvider provider = Provider();
        var tracer = new JobTracer(provider);
        JobTrace[] jobs = [.. new[] { "ada", "bob", "ada", "" }.Select(tenant => Run(tracer, tenant))];

        ExportOutcome[] outcomes = exporter.Send([.. jobs.Select(static job => job.Activity!)]);

        Assert.That(outcomes, Is.All.EqualTo(ExportOutcome.Delivered));
        Assert.That(
            server.Requests.Select(static request => (request.Headers["Authorization"], Spans: request.Items.Count(IsSpan))),
            Is.EquivalentTo(new[] { ("Bearer key-ada", 2), ("Bearer key-bob", 1), ("Bearer sk-test", 1) }),
            "spans of one key share a request, and a job without credentials of its own goes by the exporter's");
        Assert.That(server.Requests.Single(static request => request.Headers["Authorization"] == "Bearer key-bob").Headers,
            Does.ContainKey("OpenAI-Organization").WithValue("org-bob"));
    }

    [Test]
    public async Task Export_OneKeyRefused_DoesNotAffectTheOther([Values(401, 403, 429, 500)] int status)
    {
        await using IngestServer server = await IngestServer.StartAsync(
            (request, _) => request.Headers["Authorization"] == "Bearer key-ada" ? status : 200);
        using var exporter = new OpenAITraceExporter(server.Options(static options => options.CredentialsSelector = Select));
        using TracerProvider provider = Provider();
        var tracer = new JobTracer(provider);

        ExportOutcome[] outcomes = exporter.Send(Run(tracer, "ada").Activity!, Run(tracer, "bob").Activity!);

        Assert.That(outcomes, Is.EqualTo(new[] { ExportOutcome.Retained, ExportOutcome.Delivered }));
        Assert.That(server.Requests, Has.Count.EqualTo(2), "retries of one key would hold up the other");
    }

    [Test]
    public async Task Export_SelectorThatThrows_SendsNothingByAnotherKey()
    {
        await using IngestServer server = await IngestServer.StartAsync();
        var log = new LogRecorder();
        using var exporter = new OpenAITraceExporter(
            server.Options(static options => options.CredentialsSelector = static job =>
                job.Job.GroupId == "ada" ? throw new InvalidOperationException("secret") : null),
            log);
        using TracerProvider provider = Provider();
        var tracer = new JobTracer(provider);

        ExportOutcome[] outcomes = exporter.Send(Run(tracer, "ada").Activity!, Run(tracer, "bob").Activity!);

        Assert.That(outcomes, Is.EqualTo(new[] { ExportOutcome.Dropped, ExportOutcome.Delivered }));
        Assert.That(string.Join('\n', log.Lines), Does.Contain("CredentialsSelector").And.Not.Contain("secret"));
    }

    [Test]
    public async Task Export_ContentSelector_DecidesForEachTrace()
    {
        await using IngestServer server = await IngestServer.StartAsync();
        using var exporter = new OpenAITraceExporter(server.Options(static options => options.ContentSelector = static job =>
            job.Job.GroupId switch { "ada" => true, "bob" => false, _ => throw new InvalidOperationException() }));
        using TracerProvider provider = Provider();
        var tracer = new JobTracer(provider, new WorkerTracingOptions
        {
            Enrich = static (trace, _) => trace.Activity!.SetTag("worker_tracing.argument.card", "4711"),
        });

        exporter.Send([.. new[] { "ada", "bob", "eve" }.Select(tenant => Run(tracer, tenant).Activity!)]);

        Assert.That(
            server.AcceptedSpans.Select(static span => span["span_data"]!["data"]!.AsObject().ContainsKey("worker_tracing.argument.card")),
            Is.EqualTo(new[] { true, false, false }));
    }

    [Test]
    public async Task Export_ZeroDataRetention_IsNamedAndStopsContent()
    {
        await using IngestServer server = await IngestServer.StartAsync(static (request, _) =>
            request.Body.Contains("4711", StringComparison.Ordinal)
                ? new IngestReply(403) { Body = """{"error":{"code":"zdr_forbidden"}}""" }
                : 200);
        var log = new LogRecorder();
        using var exporter = new OpenAITraceExporter(server.Options(), log);
        ExportOutcome[] Send() => exporter.Send(SpanMaker.Ended("x", ("worker_tracing.argument.card", "4711")));

        Assert.That(Send(), Is.EqualTo(new[] { ExportOutcome.Retained }));
        Assert.That(Send(), Is.EqualTo(new[] { ExportOutcome.Delivered }), "without content");
        Assert.That(string.Join('\n', log.Lines), Does.Contain("zdr_forbidden").And.Not.Contain("refused the API key"));
    }

    [Test]
    public void ToString_Credentials_HideTheKey()
    {
        var credentials = new OpenAICredentials("sk-secret", "org", "proj") { Name = "ada" };
        Assert.That(credentials.ToString(), Does.Not.Contain("sk-secret").And.Contain("ada").And.Contain("org").And.Contain("proj"));
    }

    private static OpenAICredentials? Select(JobTrace job) => job.Job.GroupId switch
    {
        "ada" => new OpenAICredentials("key-ada") { Name = "ada" },
        "bob" => new OpenAICredentials("key-bob", "org-bob") { Name = "bob" },
        _ => null,
    };

    private static TracerProvider Provider() => Sdk.CreateTracerProviderBuilder().AddSource(SourceName).Build();

    private static JobTrace Run(JobTracer tracer, string tenant)
    {
        JobTrace job = tracer.Start(new JobInfo { System = "test", Name = "job", GroupId = tenant });
        job.Stop();
        return job;
    }

    private static bool IsSpan(System.Text.Json.Nodes.JsonObject item) => (string?)item["object"] == "trace.span";
}
