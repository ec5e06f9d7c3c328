using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkerTracing.Testing;

namespace WorkerTracing.OpenAI.Tests;

/// <summary>Several tenants, or one that is refused, through a whole host.</summary>
public sealed class TenantTests
{
    [Test]
    public async Task EndAsync_OneTenantRefused_DeliversTheOthersTraces([Values(403, 429, 500)] int status)
    {
        await using IngestServer server = await IngestServer.StartAsync(
            (request, _) => request.Headers["Authorization"] == "Bearer key-ada" ? status : 200);
        Dictionary<string, List<FlushResult>> results = new() { ["ada"] = [], ["bob"] = [], ["own"] = [] };
        using IHost host = Host(server, static options => options.CredentialsSelector = static job =>
            job.Job.GroupId == "own" ? null : new OpenAICredentials($"key-{job.Job.GroupId}") { Name = job.Job.GroupId });
        await host.StartAsync();
        JobTracer tracer = host.Services.GetRequiredService<JobTracer>();
        for (int i = 0; i < 20; i++)
        {
            foreach ((string tenant, List<FlushResult> flushes) in results)
                flushes.Add(await RunAsync(tracer, tenant));
        }

        Assert.Multiple(() =>
        {
            Assert.That(results["bob"].Select(static flush => (flush.Status, flush.Exported)), Is.All.EqualTo((FlushStatus.Delivered, 1)));
            Assert.That(results["own"].Select(static flush => (flush.Status, flush.Exported)), Is.All.EqualTo((FlushStatus.Delivered, 1)));
            Assert.That(results["ada"].Select(static flush => flush.Status), Is.All.EqualTo(FlushStatus.TimedOut));
        });
        Assert.That(
            server.Requests.Count(static request => request.Headers["Authorization"] == "Bearer key-ada"),
            Is.InRange(1, 20),
            "a tenant that is refused is not asked for at each job");
        await host.StopAsync();
    }

    [Test]
    public async Task EndAsync_FiveHundredJobsDuringARefusal_MakeAHandfulOfRequests()
    {
        await using IngestServer server = await IngestServer.StartAsync(static (_, _) => 403);
        using IHost host = Host(server, static _ => { });
        await host.StartAsync();
        JobTracer tracer = host.Services.GetRequiredService<JobTracer>();
        for (int i = 0; i < 500; i++)
            Assert.That((await RunAsync(tracer, "job")).Status, Is.EqualTo(FlushStatus.TimedOut));

        Assert.That(server.Requests, Has.Count.InRange(1, 20));
        await host.StopAsync();
    }

    [Test]
    public async Task FlushAsync_OneSpanThatTheServiceCannotProcess_CostsFewRequestsAndNoNeighbour([Values(0, 1)] int maxRetries)
    {
        await using IngestServer server = await IngestServer.StartAsync(
            static (request, _) => request.Body.Contains("poison", StringComparison.Ordinal) ? 500 : 200);
        using var exporter = new OpenAITraceExporter(server.Options(options => options.MaxRetries = maxRetries));
        using var processor = new BatchTraceProcessor(exporter, new BatchTraceProcessorOptions { MaxBatchSize = 128 });
        for (int i = 0; i < 100; i++)
            processor.OnEnd(SpanMaker.Ended(i == 50 ? "poison" : $"innocent-{i}"));

        await Until.TrueAsync(
            async () =>
            {
                await processor.FlushAsync(TimeSpan.FromSeconds(1));
                return server.AcceptedSpans.Count >= 99;
            },
            "the 99 others arrive");

        Assert.That(server.Requests.SelectMany(static request => request.Reply.Status == 200 ? request.SpanNames : []), Is.Unique);
        Assert.That(server.Requests, Has.Count.LessThanOrEqualTo(16));
        processor.Shutdown(0);
    }

    private static IHost Host(IngestServer server, Action<OpenAIExporterOptions> configure)
    {
        var settings = new HostApplicationBuilderSettings();
        HostApplicationBuilder builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(settings);
        builder.Logging.ClearProviders();
        builder.Services
            .AddWorkerTracing(static tracing =>
            {
                tracing.Flush = FlushMode.Wait;
                tracing.FlushTimeout = TimeSpan.FromMinutes(1);
                tracing.ShutdownTimeout = TimeSpan.FromMilliseconds(100);
            })
            .AddOpenAIExporter(options =>
            {
                server.Configure(options);
                configure(options);
            });
        return builder.Build();
    }

    private static async Task<FlushResult> RunAsync(JobTracer tracer, string tenant)
    {
        JobTrace trace = tracer.Start(new JobInfo { System = "test", Name = "job", GroupId = tenant });
        return await trace.EndAsync();
    }
}
