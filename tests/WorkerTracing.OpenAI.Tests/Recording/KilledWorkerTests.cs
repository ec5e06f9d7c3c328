using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkerTracing.Testing;

namespace WorkerTracing.OpenAI.Tests;

/// <summary>A worker that is killed during an outage of the service, and the process that follows it.</summary>
[NonParallelizable] // every TracerProvider of the process records the jobs of all tests: the source is shared
public sealed class KilledWorkerTests
{
    private string _directory = "";

    [SetUp]
    public void MakeDirectory() => _directory = Directory.CreateTempSubdirectory("openai-recorder-").FullName;

    [TearDown]
    public void DeleteDirectory() => Directory.Delete(_directory, recursive: true);

    [Test]
    public async Task NextProcess_TracesOfTwoTenants_SendsEachWithItsOwnKey()
    {
        await using IngestServer server = await IngestServer.StartAsync(static (_, _) => 503);
        await using (var worker = ChildProcess.StartDotnet(
            [Path.Combine(AppContext.BaseDirectory, "WorkerTracing.OpenAI.Worker.dll"), _directory, server.Endpoint.AbsoluteUri]))
        {
            Assert.That(await worker.ReadLineAsync(), Is.EqualTo("ada Stored 2"), worker.Report());
            Assert.That(await worker.ReadLineAsync(), Is.EqualTo("bob Stored 2"));
            Assert.That(await worker.ReadLineAsync(), Is.EqualTo("running"));
            worker.Kill();
        }

        Assert.That(Files(), Has.None.Contains("key-"), "a key on disk");

        server.Answer = static (_, _) => 200;
        using IHost next = Host(server);
        await next.StartAsync();
        await Until.TrueAsync(() => server.AcceptedSpans.Count >= 8, "both tenants' spans arrive");
        await next.StopAsync();

        using (Assert.EnterMultipleScope())
        {
            foreach (string tenant in (string[])["ada", "bob"])
                AssertTenant(server, tenant);
        }
    }

    private static void AssertTenant(IngestServer server, string tenant)
    {
        JsonObject[] items = [.. server.Requests
            .Where(request => request.Reply.Status == 200 && request.Headers["Authorization"] == $"Bearer key-{tenant}")
            .SelectMany(static request => request.Items)];
        var spans = items.Where(static item => (string?)item["object"] == "trace.span")
            .ToDictionary(static item => (string)item["span_data"]!["name"]!);
        Assert.That(spans.Keys, Is.EquivalentTo([$"ended {tenant}", $"step {tenant}", $"running {tenant}", $"half {tenant}"]));
        JsonObject[] traces = [.. items.Where(static item => (string?)item["object"] == "trace")];
        Assert.That(traces.Select(static trace => (string?)trace["group_id"]), Is.All.EqualTo(tenant));
        Assert.That(traces, Has.Length.EqualTo(2), "one item for each trace");
        JsonObject abandoned = spans[$"running {tenant}"];
        Assert.That((string?)spans[$"half {tenant}"]["parent_id"], Is.EqualTo((string?)abandoned["id"]), "no orphan");
        Assert.That((string?)abandoned["error"]!["data"]!["type"], Is.EqualTo("abandoned"));
        Assert.That((string?)abandoned["span_data"]!["data"]!["workflow.execution.result"], Is.EqualTo("error"));
        Assert.That(spans[$"ended {tenant}"]["error"], Is.Null);
    }

    private IHost Host(IngestServer server)
    {
        HostApplicationBuilder builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new());
        builder.Logging.ClearProviders();
        builder.Services.AddWorkerTracing().AddFlightRecorder(_directory).AddOpenAIExporter(options =>
        {
            server.Configure(options);
            options.CredentialsSelector = static job => new OpenAICredentials($"key-{job.GroupId}") { Name = job.GroupId };
            options.CredentialsResolver = static name => new OpenAICredentials($"key-{name}") { Name = name };
        });
        return builder.Build();
    }

    private IEnumerable<string> Files() => Directory.EnumerateFiles(_directory, "*", SearchOption.AllDirectories)
        .Select(static file => Encoding.Latin1.GetString(File.ReadAllBytes(file)));
}
