using System.Diagnostics;
using Hangfire;
using Hangfire.InMemory;
using Hangfire.States;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WorkerTracing.Testing;

namespace WorkerTracing.Hangfire.Tests;

/// <summary>Hangfire as applications host it. Its configuration is one for the whole process, so these tests run alone.</summary>
[NonParallelizable]
public sealed class HostTests
{
    private readonly List<WebApplication> _hosts = [];

    [TearDown]
    public async Task StopTheHostsAsync()
    {
        foreach (WebApplication host in _hosts)
        {
            await host.StopAsync();
            await host.DisposeAsync();
        }

        GlobalConfiguration.Configuration.UseNoOpLogProvider().UseDefaultActivator();
        GlobalJobFilters.Filters.Remove<JobTraceFilter>();
    }

    [Test]
    public async Task UseWorkerTracing_InAHost_TracesItsJobsUntilItStops()
    {
        var exporter = new RecordingExporter();
        WebApplication host = await StartAsync("one", exporter);

        string job = await RunAsync(host);

        await Until.TrueAsync(() => NamesOf(exporter, job).SequenceEqual(["one"]), "the job has been exported once");
        await host.StopAsync();
        Assert.That(GlobalJobFilters.Filters.Select(static filter => filter.Instance), Has.None.TypeOf<JobTraceFilter>());
    }

    [Test]
    public async Task UseWorkerTracing_InTwoHostsOfOneProcess_EachTracesItsOwnJobs()
    {
        RecordingExporter ones = new(), twos = new();
        WebApplication one = await StartAsync("one", ones);
        WebApplication two = await StartAsync("two", twos);

        string first = await RunAsync(one), second = await RunAsync(two), third = await RunAsync(one);

        foreach (RecordingExporter exporter in new[] { ones, twos })
        {
            // Each provider listens to the same source and sees all jobs; what differs is whose tracer began them.
            await Until.TrueAsync(() => NamesOf(exporter, third).Any(), "the last job has been exported");
            Assert.That(
                new[] { first, second, third }.SelectMany(job => NamesOf(exporter, job)),
                Is.EqualTo(new[] { "one", "two", "one" }));
        }

        await one.StopAsync();
        Assert.That(
            await NameOfAsync(twos, await RunAsync(two)),
            Is.EqualTo("two"),
            "the first host has taken its own filter with it, and no other");
    }

    [Test]
    public async Task UseWorkerTracing_AfterAHostThatWasDisposedWithoutAStop_TracesAllTheSame()
    {
        await using (WebApplication abandoned = Build("one", new RecordingExporter()))
            abandoned.Services.GetRequiredService<IGlobalConfiguration>();
        var exporter = new RecordingExporter();
        WebApplication host = await StartAsync("two", exporter);

        Assert.That(await NameOfAsync(exporter, await RunAsync(host)), Is.EqualTo("two"));
    }

    [Test]
    public async Task UseWorkerTracing_InAConfigurationThatEnqueues_ConfiguresOnceAndTracesTheJob()
    {
        var exporter = new RecordingExporter();
        string? job = null;
        int configured = 0;
        WebApplication host = await StartAsync("one", exporter, () =>
        {
            if (++configured == 1)
                job = BackgroundJob.Enqueue(() => Work.Nothing());
        });

        Assert.That(await NameOfAsync(exporter, job!), Is.EqualTo("one"));
        Assert.That(configured, Is.EqualTo(1));
        await host.StopAsync();
    }

    [Test]
    public async Task Perform_AJobThatFails_SaysOfEachAttemptWhetherItIsTheLast()
    {
        var exporter = new RecordingExporter();
        WebApplication host = await StartAsync("one", exporter);

        string job = host.Services.GetRequiredService<IBackgroundJobClient>().Enqueue(() => Work.Fail());

        await Until.TrueAsync(() => NamesOf(exporter, job).Count() == 2, "both attempts have been exported");
        Assert.That(
            exporter.Spans.Where(span => Equals(span.GetTagItem("worker_tracing.job.id"), job))
                .Select(static span => span.GetTagItem("worker_tracing.final")),
            Is.EqualTo(new object[] { false, true }));
    }

    [Test]
    public async Task Perform_WhileAnotherHostChangesTheFilters_IsTraced()
    {
        using var server = new Server();
        GlobalJobFilters.Filters.Add(new JobTraceFilter(server.Tracer, () =>
        {
            GlobalJobFilters.Filters.Add(new JobTraceFilter(server.Tracer));
            return null;
        }));

        Activity job = await server.Start().RunAsync(static () => { });

        Assert.That(job.GetTagItem("workflow.execution.result"), Is.EqualTo("success"));
    }

    [Test]
    public async Task UseWorkerTracing_Twice_AddsOneFilter()
    {
        WebApplication host = await StartAsync("one", new RecordingExporter());

        JobTraceFilter again = GlobalConfiguration.Configuration.UseWorkerTracing(host.Services).Entry;

        Assert.That(
            GlobalJobFilters.Filters.Select(static filter => filter.Instance).OfType<JobTraceFilter>(),
            Is.EqualTo(new[] { again }));
    }

    [Test]
    public void UseWorkerTracing_WithoutAddWorkerTracing_SaysWhatIsMissing()
    {
        using ServiceProvider services = new ServiceCollection().BuildServiceProvider();

        Assert.That(
            () => GlobalConfiguration.Configuration.UseWorkerTracing(services),
            Throws.InvalidOperationException.With.Message.Contains("AddWorkerTracing"));
    }

    [TestCase("https://jaeger.example/trace/{traceId}?a=1&b=2", "https://jaeger.example/trace/{0}?a=1&amp;b=2")]
    [TestCase("/worker-tracing/traces/{traceId}", "/worker-tracing/traces/{0}")]
    public async Task UseWorkerTracingJobDetails_OnAJobsPage_ShowsItsTraceAsALink(string template, string address)
    {
        var exporter = new RecordingExporter();
        GlobalConfiguration.Configuration.UseWorkerTracingJobDetails(template);
        GlobalConfiguration.Configuration.UseWorkerTracingJobDetails(template);
        WebApplication host = await StartAsync("one", exporter);
        string job = await RunAsync(host);
        await NameOfAsync(exporter, job);
        string trace = exporter.Spans.Single(span => Equals(span.GetTagItem("worker_tracing.job.id"), job)).TraceId.ToHexString();
        using var client = new HttpClient();

        string page = await client.GetStringAsync(new Uri($"{host.Urls.First()}/hangfire/jobs/details/{job}"));

        string link = $"<a href=\"{address.Replace("{0}", trace, StringComparison.Ordinal)}\">{trace}</a>";
        Assert.That(page.Split(link), Has.Length.EqualTo(2), "once");
    }

    [TestCase("")]
    [TestCase("https://jaeger.example/trace")]
    [TestCase("trace/{traceId}")]
    [TestCase("//jaeger.example/{traceId}")]
    [TestCase("/\\jaeger.example/{traceId}")]
    [TestCase("/trace")]
    [TestCase("javascript:alert('{traceId}')")]
    public void UseWorkerTracingJobDetails_WithATemplateThatIsNoLink_Throws(string template) =>
        Assert.That(
            () => GlobalConfiguration.Configuration.UseWorkerTracingJobDetails(template),
            Throws.ArgumentException.With.Message.Contains($"'{template}'"));

    private async Task<WebApplication> StartAsync(string name, RecordingExporter exporter, Action? configure = null)
    {
        WebApplication host = Build(name, exporter, configure);
        _hosts.Add(host);
        host.UseHangfireDashboard();
        await host.StartAsync();
        return host;
    }

    private static WebApplication Build(string name, RecordingExporter exporter, Action? configure = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddWorkerTracing(options =>
        {
            options.Flush = FlushMode.Background;
            options.NameSelector = _ => name;
        }).AddExporter(_ => exporter, static batches => batches.ScheduleDelay = TimeSpan.FromMilliseconds(50));
        builder.Services.AddHangfire((services, hangfire) =>
        {
            hangfire.UseInMemoryStorage(new InMemoryStorageOptions { IdType = InMemoryStorageIdType.Guid }).UseWorkerTracing(services);
            configure?.Invoke();
        });
        builder.Services.AddHangfireServer(static options => options.WorkerCount = 2);
        return builder.Build();
    }

    private static async Task<string> RunAsync(WebApplication host)
    {
        string job = host.Services.GetRequiredService<IBackgroundJobClient>().Enqueue(() => Work.Nothing());
        await Until.TrueAsync(
            () => host.Services.GetRequiredService<JobStorage>().GetConnection().GetStateData(job).Name == SucceededState
                .StateName, $"job {job} has succeeded");
        return job;
    }

    private static async Task<string> NameOfAsync(RecordingExporter exporter, string job)
    {
        await Until.TrueAsync(() => NamesOf(exporter, job).Any(), $"job {job} has been exported");
        return NamesOf(exporter, job).Single();
    }

    private static IEnumerable<string> NamesOf(RecordingExporter exporter, string job) =>
        exporter.Spans.Where(span => Equals(span.GetTagItem("worker_tracing.job.id"), job)).Select(static span => span.DisplayName);
}
