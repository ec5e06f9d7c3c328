using System.Diagnostics;
using System.Text.Json.Nodes;

namespace WorkerTracing.OpenAI.Tests;

public sealed class SpanItemTests
{
    [Test]
    public async Task Export_PlainSpan_IsTheWholeRequestByteForByte()
    {
        await using IngestServer server = await IngestServer.StartAsync();
        using var exporter = new OpenAITraceExporter(server.Options());
        Activity span = SpanMaker.Ended("größer 😀", ("table", "orders"), ("rows", 3), ("share", 1.0), ("ok", true));

        exporter.Send(span);

        string trace = $"trace_{span.TraceId}";
        Assert.That(server.Requests.Single().Body, Is.EqualTo(
            "{\"data\":["
            + $"{{\"object\":\"trace\",\"id\":\"{trace}\",\"workflow_name\":\"größer 😀\",\"group_id\":null,\"metadata\":null}},"
            + $"{{\"object\":\"trace.span\",\"id\":\"span_00000000{span.SpanId}\",\"trace_id\":\"{trace}\",\"parent_id\":null,"
            + "\"started_at\":\"2026-01-02T03:04:05+00:00\",\"ended_at\":\"2026-01-02T03:04:05.007000+00:00\","
            + "\"span_data\":{\"type\":\"custom\",\"name\":\"größer 😀\","
            + "\"data\":{\"table\":\"orders\",\"rows\":3,\"share\":1.0,\"ok\":true}},\"error\":null}"
            + "]}"));
    }

    [Test]
    public async Task Export_ChildOfRecordedSpan_NamesItsParent()
    {
        Activity parent = SpanMaker.Running("parent");
        Activity between = SpanMaker.Running("not recorded", parent, recorded: false);

        JsonObject item = await Exports.ItemOfAsync(SpanMaker.Ended("child", static _ => { }, between));

        Assert.That(
            (string?)item["parent_id"],
            Is.EqualTo($"span_00000000{parent.SpanId}"),
            "what is not recorded is never sent, so it is nobody's parent");
    }

    [Test]
    public async Task Export_ParentInAnotherProcess_HasNoParent()
    {
        using var span = new Activity("job") { ActivityTraceFlags = ActivityTraceFlags.Recorded };
        span.SetParentId("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        span.Start();
        span.Stop();

        JsonObject item = await Exports.ItemOfAsync(span);

        Assert.Multiple(() =>
        {
            Assert.That((string?)item["trace_id"], Is.EqualTo("trace_0af7651916cd43dd8448eb211c80319c"));
            Assert.That(item["parent_id"], Is.Null);
        });
    }

    [Test]
    public async Task Export_AgentSpan_HasEveryMember()
    {
        Activity span = SpanMaker.Ended(
            "invoke_agent Triage",
            ("gen_ai.operation.name", "invoke_agent"),
            ("gen_ai.provider.name", "openai"));
        Exports.AssertSame(
            await Exports.DataOfAsync(span),
            """{"type":"agent","name":"Triage","handoffs":null,"tools":null,"output_type":null}""");
    }

    [Test]
    public async Task Export_AgentSpanWithTools_NamesThem()
    {
        Activity span = SpanMaker.Ended(
            "create_agent x",
            ("gen_ai.operation.name", "create_agent"),
            ("gen_ai.agent.name", "Triage"),
            ("gen_ai.output.type", "json"),
            (
                "gen_ai.tool.definitions",
                """[{"type":"function","name":"lookup"},{"type":"function","function":{"name":"cancel"}},"bare",{"type":"mystery"}]"""));
        Exports.AssertSame(
            await Exports.DataOfAsync(span),
            """{"type":"agent","name":"Triage","handoffs":null,"tools":["lookup","cancel","bare"],"output_type":"json"}""");
    }

    [Test]
    public async Task Export_ToolSpan_HasArgumentsAndResultAsText()
    {
        Activity span = SpanMaker.Ended(
            "execute_tool lookup_order",
            ("gen_ai.operation.name", "execute_tool"),
            ("gen_ai.tool.call.arguments", "{\"id\":42}"),
            ("gen_ai.tool.call.result", new Dictionary<string, object?> { ["state"] = "shipped" }),
            ("mcp.server", "orders"));
        Exports.AssertSame(
            await Exports.DataOfAsync(span),
            """
            {"type":"function","name":"lookup_order","input":"{\"id\":42}","output":"{\"state\":\"shipped\"}",
              "mcp_data":{"server":"orders"}}
            """);
    }

    [Test]
    public async Task Export_ToolSpanWithoutContent_HasEveryMember()
    {
        Activity span = SpanMaker.Ended("execute_tool", ("gen_ai.operation.name", "execute_tool"), ("gen_ai.tool.name", "f"));
        Exports.AssertSame(
            await Exports.DataOfAsync(span),
            """{"type":"function","name":"f","input":null,"output":null,"mcp_data":null}""");
    }

    [Test]
    public async Task Export_FailedSpan_SaysWhy()
    {
        Activity span = SpanMaker.Ended("failing", static span =>
        {
            span.AddException(new InvalidOperationException("the exception's message"));
            span.SetStatus(ActivityStatusCode.Error, "Tool failed");
            span.SetTag("error.type", "E42");
        });

        JsonObject error = (await Exports.ItemOfAsync(span))["error"]!.AsObject();

        Assert.Multiple(() =>
        {
            Assert.That((string?)error["message"], Is.EqualTo("Tool failed"));
            Assert.That((string?)error["data"]!["type"], Is.EqualTo("E42"));
            Assert.That((string?)error["data"]!["stacktrace"], Does.Contain("the exception's message"));
        });
    }

    [Test]
    public async Task Export_FailedSpanThatSaysNothing_HasAMessageAllTheSame()
    {
        Activity span = SpanMaker.Ended("failing", static span => span.SetStatus(ActivityStatusCode.Error));
        Exports.AssertSame((await Exports.ItemOfAsync(span))["error"], """{"message":"Error","data":null}""");
    }

    [Test]
    public async Task Export_RepeatedAttribute_HasItsLastValueOnce()
    {
        Activity span = SpanMaker.Ended("span", static span => span.AddTag("a", 1).AddTag("b", 2).AddTag("a", 3));
        Exports.AssertSame((await Exports.DataOfAsync(span))["data"], """{"a":3,"b":2}""");
    }

    [Test]
    public async Task Export_IncludeContentOff_LetsNoContentOut()
    {
        const string Secret = "THE-SECRET";
        string[] attributes =
        [
            "gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.system_instructions", "gen_ai.tool.call.arguments",
            "gen_ai.tool.call.result", "gen_ai.prompt", "gen_ai.completion", "gen_ai.event.content", "gen_ai.prompt.0.content",
            "worker_tracing.argument.order", "gen_ai.retrieval.query.text", "gen_ai.retrieval.documents", "gen_ai.memory.query.text",
            "gen_ai.memory.records", "gen_ai.evaluation.explanation",
        ];
        await using IngestServer server = await IngestServer.StartAsync();
        using var exporter = new OpenAITraceExporter(server.Options(static options => options.IncludeContent = false));

        string[] operations = ["chat", "text_completion", "generate_content", "invoke_agent", "execute_tool", "embeddings", ""];
        ExportOutcome[] outcomes = exporter.Send([.. operations.Select(operation => SpanMaker.Ended($"{operation} x", span =>
        {
            span.SetTag("gen_ai.operation.name", operation).SetTag("kept", "yes");
            foreach (string attribute in attributes)
                span.SetTag(attribute, $"[{{\"role\":\"user\",\"content\":\"{Secret}\"}}]");
            span.AddEvent(new ActivityEvent("gen_ai.user.message", tags: new ActivityTagsCollection { ["content"] = Secret }));
            span.AddEvent(new ActivityEvent("gen_ai.choice", tags: new ActivityTagsCollection { ["message"] = Secret }));
        }))]);

        Assert.That(outcomes, Has.All.EqualTo(ExportOutcome.Delivered));
        string body = server.Requests.Single().Body;
        Assert.Multiple(() =>
        {
            Assert.That(body, Does.Not.Contain(Secret));
            Assert.That(body, Does.Contain("\"kept\":\"yes\""), "the rest of a custom span stays");
        });
    }

    [Test]
    public async Task Export_AttributeWithoutAName_CostsThatAttributeAlone()
    {
        await using IngestServer server = await IngestServer.StartAsync();
        using var exporter = new OpenAITraceExporter(server.Options());

        ExportOutcome[] outcomes = exporter.Send(
            SpanMaker.Ended("nameless", (null!, "lost"), ("kept", "yes")),
            SpanMaker.Ended("neighbour"));

        Assert.That(outcomes, Has.All.EqualTo(ExportOutcome.Delivered));
        Exports.AssertSame(server.AcceptedSpans[0]["span_data"]!["data"], """{"kept":"yes"}""");
    }

    [Test]
    public async Task Export_SpansOfAWorkflowsEdges_AreLeftOut()
    {
        using var source = new ActivitySource("Microsoft.Agents.AI.Workflows");
        using var listener = new ActivityListener
        {
            ShouldListenTo = candidate => candidate == source,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        Activity executor = source.StartActivity("executor.process A")!;
        Activity message = source.StartActivity("message.send")!;
        Activity edge = source.StartActivity("edge_group.process")!;
        Activity below = SpanMaker.Ended("below", static _ => { }, edge);
        edge.Stop();
        message.Stop();
        executor.Stop();

        await using IngestServer server = await IngestServer.StartAsync();
        using var exporter = new OpenAITraceExporter(server.Options());
        ExportOutcome[] outcomes = exporter.Send(below, edge, message, executor);

        Assert.That(outcomes, Is.All.EqualTo(ExportOutcome.Delivered));
        Assert.That(server.Requests.Single().SpanNames, Is.EqualTo(new[] { "below", "executor.process A" }));
        Assert.That((string?)server.AcceptedSpans[0]["parent_id"], Is.EqualTo((string?)server.AcceptedSpans[1]["id"]));
    }
}
