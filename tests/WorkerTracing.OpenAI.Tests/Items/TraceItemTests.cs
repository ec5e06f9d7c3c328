using System.Diagnostics;
using System.Text.Json.Nodes;
using OpenTelemetry;
using OpenTelemetry.Trace;
using WorkerTracing.Testing;

namespace WorkerTracing.OpenAI.Tests;

/// <summary>
/// What is said of a trace, and when. Spans are collected and exported by hand, so that each test decides how they fall into batches.
/// </summary>
public sealed class TraceItemTests
{
    private readonly ActivitySource _source = new($"test {Guid.NewGuid():n}");
    private readonly List<Activity> _ended = [];
    private IngestServer _server = null!;
    private OpenAITraceExporter _exporter = null!;
    private TracerProvider _provider = null!;
    private JobTracer _tracer = null!;

    [SetUp]
    public async Task SetUp()
    {
        _server = await IngestServer.StartAsync();
        _exporter = new OpenAITraceExporter(_server.Options());
        _provider = Sdk.CreateTracerProviderBuilder().AddSource("WorkerTracing", _source.Name).Build();
        _tracer = new JobTracer(_provider);
    }

    [TearDown]
    public async Task TearDown()
    {
        _provider.Dispose();
        _exporter.Dispose();
        _source.Dispose();
        await _server.DisposeAsync();
    }

    [Test]
    public void Export_MetadataOfAnyType_IsText()
    {
        JobTrace job = _tracer.Start(new JobInfo { System = "test", Name = "job" });
        object?[] values = [2, 2.5, true, double.NaN, new[] { "a", "b" }, new byte[] { 1 }, "[text", new Unspeakable(), null];
        for (int i = 0; i < values.Length; i++)
            job.Activity!.SetTag($"worker_tracing.metadata.{i}", values[i]);
        Collect(job.Activity!);
        job.Dispose();

        Flush();

        JsonObject metadata = _server.AcceptedTraces.Single()["metadata"]!.AsObject();
        Assert.That(metadata.Select(static entry => entry.Value!.GetValueKind()), Is.All.EqualTo(System.Text.Json.JsonValueKind.String));
        Assert.That(
            metadata.Take(5).Select(static entry => (string?)entry.Value),
            Is.EqualTo(new[] { "2", "2.5", "true", "NaN", "[\"a\",\"b\"]" }));
        Assert.That((string?)metadata["6"], Is.EqualTo("[text"));
        Assert.That(metadata, Has.Count.EqualTo(8), "no value is lost but null");
    }

    [Test]
    public void Export_Job_IsTheTraceAndACustomSpan()
    {
        JobTrace job = _tracer.Start(new JobInfo { System = "test", Name = "Order workflow", GroupId = "chat_123" });
        job.SetMetadata("customer", "user_456");
        job.Activity!.SetTag("worker_tracing.metadata.attempt", 2);
        Collect(job.Activity);
        job.Dispose();

        Flush();

        Exports.AssertSame(_server.Accepted[0], $$$"""
            {"object":"trace","id":"trace_{{{job.TraceId}}}","workflow_name":"Order workflow","group_id":"chat_123",
              "metadata":{"customer":"user_456","attempt":"2"}}
            """);
        JsonObject span = _server.Accepted[1];
        Assert.Multiple(() =>
        {
            Assert.That((string?)span["span_data"]!["type"], Is.EqualTo("custom"));
            Assert.That((string?)span["span_data"]!["name"], Is.EqualTo("Order workflow"));
            Assert.That((string?)span["span_data"]!["data"]!["workflow.platform.name"], Is.EqualTo("test"));
            Assert.That(span["parent_id"], Is.Null);
        });
    }

    [Test]
    public void Export_TraceOverManyBatches_IsAnnouncedOnceAheadOfItsFirstSpan()
    {
        JobTrace job = _tracer.Start(Job("job"));
        for (int i = 0; i < 5; i++)
        {
            Child("child");
            Flush();
        }
        Collect(job.Activity!);
        job.Dispose();
        Flush();

        Assert.Multiple(() =>
        {
            Assert.That(_server.Requests, Has.Count.EqualTo(6));
            Assert.That((string?)_server.Accepted[0]["object"], Is.EqualTo("trace"));
            Assert.That(_server.AcceptedTraces, Has.Count.EqualTo(1));
        });
    }

    [Test]
    public void Export_JobThatSaysSomethingElseByItsEnd_IsAnnouncedOnceMoreWithItsOwnSpan()
    {
        JobTrace job = _tracer.Start(Job("job"));
        Child("child");
        Flush();
        job.GroupId = "late";
        job.SetMetadata("k", "v");
        Child("child");
        Flush();
        Collect(job.Activity!);
        job.Dispose();
        Flush();

        Assert.That(
            _server.Requests.Select(static request => request.Items.Count(static item => (string?)item["object"] == "trace")),
            Is.EqualTo(new[] { 1, 0, 1 }));
        Exports.AssertSame(_server.AcceptedTraces[1], $$$"""
            {"object":"trace","id":"trace_{{{job.TraceId}}}","workflow_name":"job","group_id":"late","metadata":{"k":"v"}}
            """);
    }

    [Test]
    public void Export_FirstBatchFailed_AnnouncesTheTraceWithTheNext()
    {
        _server.Answer = static (_, n) => n <= 4 ? 503 : 200;
        JobTrace job = _tracer.Start(Job("job"));
        Child("child");
        ExportOutcome[] first = _exporter.Send([.. _ended]);
        ExportOutcome[] second = _exporter.Send([.. _ended]);
        job.Dispose();

        Assert.Multiple(() =>
        {
            Assert.That(first, Has.All.EqualTo(ExportOutcome.Retained));
            Assert.That(second, Has.All.EqualTo(ExportOutcome.Delivered));
            Assert.That(_server.AcceptedTraces, Has.Count.EqualTo(1));
        });
    }

    [Test]
    public void Export_NestedJobs_AreOneTraceOfTheOutermost()
    {
        JobTrace outer = _tracer.Start(Job("outer"));
        JobTrace inner = _tracer.Start(Job("inner"));
        Child("child");
        Collect(inner.Activity!);
        inner.Dispose();
        Flush();
        Collect(outer.Activity!);
        outer.Dispose();
        Flush();

        Assert.That(_server.AcceptedTraces.Select(static trace => (string?)trace["workflow_name"]), Is.EqualTo(new[] { "outer" }));
    }

    [Test]
    public void Export_TwoJobsOfOneTrace_LeaveItToTheFirst()
    {
        JobTrace first = _tracer.Start(Job("first"));
        Collect(first.Activity!);
        ActivityContext origin = first.Activity!.Context;
        first.Dispose();
        Flush();
        JobTrace second = _tracer.Start(Job("second") with { Origin = origin, Trigger = JobTrigger.Enqueued });
        Collect(second.Activity!);
        second.Dispose();
        Flush();

        Assert.That(second.TraceId, Is.EqualTo(first.TraceId));
        Assert.That(_server.AcceptedTraces.Select(static trace => (string?)trace["workflow_name"]), Is.EqualTo(new[] { "first" }));
    }

    [Test]
    public void Export_SpansWithoutAJob_AreNamedByTheirLocalRoot()
    {
        using (Activity request = _source.StartActivity("GET")!)
        {
            Child("invoke_agent Triage");
            Flush();
            request.DisplayName = "GET /orders";
            request.SetTag("gen_ai.conversation.id", "conv_1");
            Collect(request);
        }
        Flush();

        Assert.That(
            _server.AcceptedTraces.Select(static trace => (string?)trace["workflow_name"]),
            Is.EqualTo(new[] { "GET", "GET /orders" }),
            "a name that came late is said once more");
        Assert.That((string?)_server.AcceptedTraces[1]["group_id"], Is.EqualTo("conv_1"));
    }

    [Test]
    public void Export_JobBelowAHostsSpan_TakesTheTraceOver()
    {
        using (Activity receive = _source.StartActivity("receive")!)
        {
            Child("before the job");
            Flush();
            JobTrace job = _tracer.Start(Job("job"));
            Child("in the job");
            Flush();
            Collect(job.Activity!);
            job.Dispose();
            Collect(receive);
        }
        Flush();

        Assert.That(_server.AcceptedTraces.Select(static trace => (string?)trace["workflow_name"]), Is.EqualTo(new[] { "receive", "job" }));
    }

    [Test]
    public void Export_AgentHarnessId_IsOnEachSpanOfTheTrace()
    {
        JobTrace job = _tracer.Start(Job("job"));
        job.SetMetadata("agent_harness_id", "h1").SetMetadata("other", "x");
        Child("child");
        job.Dispose();
        Flush();

        Exports.AssertSame(_server.AcceptedSpans.Single()["metadata"], """{"agent_harness_id":"h1"}""");
    }

    [Test]
    public void TryGet_MoreTracesThanAreRemembered_ForgetsTheOldest()
    {
        var announced = new AnnouncedTraces(capacity: 100);
        var kept = ActivityTraceId.CreateRandom();
        var forgotten = ActivityTraceId.CreateRandom();
        announced.Add(kept, default);
        announced.Add(forgotten, default);
        for (int i = 0; i < 200; i++)
        {
            announced.Add(ActivityTraceId.CreateRandom(), default);
            Assert.That(announced.TryGet(kept, out _), Is.True, "what is used is kept");
        }
        Assert.That(announced.TryGet(forgotten, out _), Is.False);
    }

    private static JobInfo Job(string name) => new() { System = "test", Name = name };

    private void Child(string name)
    {
        using Activity child = _source.StartActivity(name)!;
        Collect(child);
    }

    /// <summary>Keeps a span that is about to end.</summary>
    private void Collect(Activity span) => _ended.Add(span);

    private void Flush()
    {
        Assert.That(_exporter.Send([.. _ended]), Has.All.EqualTo(ExportOutcome.Delivered));
        _ended.Clear();
    }
}
