using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using WorkerTracing.Testing;

namespace WorkerTracing.Dashboard.Tests;

/// <summary>The data behind the page.</summary>
public sealed class DataTests
{
    [Test]
    public async Task Otlp_OfATrace_HoldsItsSpansInTheJsonEncoding()
    {
        await using DashboardApp app = await DashboardApp.StartAsync();
        JobTrace? trace = null;
        await app.RunAsync(new JobInfo { System = "hosted", Name = "index", Id = "7" }, job =>
        {
            trace = job;
            job.Activity!.SetTag("share", 0.5).SetTag("ready", true).SetTag("days", new[] { 1, 2 }).SetTag("limit", double.NaN);
            return Task.CompletedTask;
        });

        HttpResponseMessage answer = await app.Client.GetAsync($"/worker-tracing/api/traces/{trace!.TraceId}/otlp");
        JsonNode otlp = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;

        JsonNode[] spans =
        [
            .. otlp["resourceSpans"]![0]!["scopeSpans"]!.AsArray()
                .SelectMany(static scope => scope!["spans"]!.AsArray())
                .Select(static span => span!),
        ];
        JsonNode job = spans.Single(static span => (string?)span["name"] == "index");
        Assert.That(spans, Has.Length.EqualTo(2));
        Assert.That(spans.Select(static span => (string?)span["traceId"]), Is.All.EqualTo(trace.TraceId.ToHexString()));
        Assert.That((string?)spans.Single(span => span != job)["parentSpanId"], Is.EqualTo(trace.Activity!.SpanId.ToHexString()));
        long nanoseconds = Nanoseconds(job["endTimeUnixNano"]) - Nanoseconds(job["startTimeUnixNano"]);
        Assert.That(nanoseconds, Is.EqualTo(trace.Activity.Duration.Ticks * 100));
        var attributes = job["attributes"]!.AsArray()
            .ToDictionary(static pair => (string)pair!["key"]!, static pair => pair!["value"]!.ToJsonString());
        Assert.That(attributes["share"], Is.EqualTo("""{"doubleValue":0.5}"""));
        Assert.That(attributes["limit"], Is.EqualTo("""{"doubleValue":"NaN"}"""));
        Assert.That(attributes["ready"], Is.EqualTo("""{"boolValue":true}"""));
        Assert.That(attributes["days"], Is.EqualTo("""{"stringValue":"[1, 2]"}"""));
        Assert.That(attributes["worker_tracing.attempt"], Is.EqualTo("""{"intValue":"1"}"""));
        Assert.That(answer.Content.Headers.ContentDisposition!.FileName, Does.Contain(trace.TraceId.ToHexString()));
    }

    [Test]
    public async Task Page_WhileItIsOpen_IsNotRecorded()
    {
        await using DashboardApp app = await DashboardApp.StartAsync();

        await app.Client.GetAsync("/worker-tracing");
        await app.Client.GetAsync("/worker-tracing/api/overview");
        await app.RunAsync(new JobInfo { System = "hosted", Name = "index" });
        await app.Services.GetRequiredService<ITraceFlusher>().FlushAsync(TimeSpan.FromSeconds(30));

        string[] names = [.. app.Exporter.Spans.Select(static span => span.DisplayName)];
        Assert.That(names, Has.None.Contains("worker-tracing"));
        Assert.That(names, Does.Contain("index"));
    }

    [Test]
    public async Task Stream_OfAnOpenPage_EndsWhenTheHostStops()
    {
        DashboardApp app = await DashboardApp.StartAsync();
        using HttpResponseMessage answer = await app.Client.GetAsync(
            "/worker-tracing/api/events", HttpCompletionOption.ResponseHeadersRead);
        await using Stream events = await answer.Content.ReadAsStreamAsync();
        using var reader = new StreamReader(events);
        Assert.That(await reader.ReadLineAsync(), Is.EqualTo("event: overview"));

        Task stop = app.Services.GetRequiredService<Microsoft.Extensions.Hosting.IHost>().StopAsync();

        await Until.DoneAsync(reader.ReadToEndAsync(), "the stream");
        await Until.DoneAsync(stop, "the stop of the host");
        await app.DisposeAsync();
    }

    [TestCase("nonsense")]
    [TestCase("0af7651916cd43dd8448eb211c80319")]
    [TestCase("0AF7651916CD43DD8448EB211C80319C")]
    [TestCase("0af7651916cd43dd8448eb211c80319c")]
    public async Task Trace_ThatIsNoKnownId_IsNotFound(string id)
    {
        await using DashboardApp app = await DashboardApp.StartAsync();

        Assert.That((await app.Client.GetAsync($"/worker-tracing/api/traces/{id}")).StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That((await app.Client.GetAsync($"/worker-tracing/api/traces/{id}/otlp")).StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task Value_WhoseTextThrows_CostsThatValueAlone()
    {
        await using DashboardApp app = await DashboardApp.StartAsync();
        JobTrace? trace = null;
        await app.RunAsync(new JobInfo { System = "hosted", Name = "index" }, job =>
        {
            trace = job;
            job.Activity!.SetTag("bad", new Unreadable()).SetTag("good", "yes");
            return Task.CompletedTask;
        });

        string text = await app.Client.GetStringAsync($"/worker-tracing/api/traces/{trace!.TraceId}");

        Assert.That(text, Does.Contain("""["bad","(FormatException)"]""").And.Contain("""["good","yes"]"""));
    }

    [Test]
    public async Task Job_ThatIsNotSampled_IsShownWithoutATrace()
    {
        await using DashboardApp app = await DashboardApp.StartAsync(
            tracing: static options => options.Filter = static job => job.Name != "secret");
        await app.RunAsync(new JobInfo { System = "hosted", Name = "secret" });

        JsonNode job = (await JobsAsync(app)).Single()!;

        Assert.That((string?)job["delivery"]!["state"], Is.EqualTo("NotRecorded"));
        Assert.That(job["traceId"], Is.Null);
        Assert.That((string?)job["result"], Is.EqualTo("success"));
    }

    [Test]
    public async Task Delivery_OfAJobWithoutFlush_IsFollowedToItsEnd()
    {
        await using DashboardApp app = await DashboardApp.StartAsync();
        await app.RunAsync(new JobInfo { System = "hosted", Name = "index" });
        Assert.That((string?)(await JobsAsync(app)).Single()!["delivery"]!["state"], Is.EqualTo("Waiting"));

        await app.Services.GetRequiredService<ITraceFlusher>().FlushAsync(TimeSpan.FromSeconds(30));

        JsonNode? delivery = null;
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while ((string?)delivery?["state"] != "Delivered")
        {
            Assert.That(bound.IsCancellationRequested, Is.False, $"the delivery stays {delivery}");
            delivery = (await JobsAsync(app)).Single()!["delivery"];
        }
    }

    private static long Nanoseconds(JsonNode? text) => long.Parse((string)text!, CultureInfo.InvariantCulture);

    private static async Task<JsonArray> JobsAsync(DashboardApp app) =>
        JsonNode.Parse(await app.Client.GetStringAsync("/worker-tracing/api/jobs"))!["jobs"]!.AsArray();

    private sealed class Unreadable
    {
        public override string ToString() => throw new FormatException();
    }
}
