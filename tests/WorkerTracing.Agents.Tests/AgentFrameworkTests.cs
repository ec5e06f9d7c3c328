using System.Text.Json.Nodes;
using Microsoft.Agents.AI;
using Microsoft.Agents.AI.Workflows;
using Microsoft.Extensions.AI;

namespace WorkerTracing.Agents.Tests;

public sealed class AgentFrameworkTests
{
    [Test]
    public async Task Run_AgentWithTools_RecordsThemAsTheChatApiDoes()
    {
        await using ModelServer server = await ModelServer.StartAsync(
            ModelServer.Call(("lookup", """{"id":42}"""), ("nothing", "{}"), ("fails", "{}")), ModelServer.Say("Done."));
        AITool[] tools =
        [
            AIFunctionFactory.Create(static (int id) => $"Order {id} was shipped 🚢", "lookup"),
            AIFunctionFactory.Create(static () => { }, "nothing"),
            AIFunctionFactory.Create(static string () => throw new InvalidOperationException("no such thing"), "fails"),
        ];
        await AgentJob.RunAsync(server, () => AgentJob.Agent(
            server, "Orders", new ChatOptions { Tools = tools, Instructions = "Be brief.", StopSequences = ["a", "b"] }).RunAsync("?"));

        JsonObject[] functions = server.Data("function");
        AgentJob.AssertSame(
            functions[0],
            """{"type":"function","name":"lookup","input":"{\"id\":42}","output":"Order 42 was shipped 🚢","mcp_data":null}""");
        AgentJob.AssertSame(functions[1]["output"], "null");
        AgentJob.AssertSame(functions[2]["output"], "null");
        AgentJob.AssertSame(
            server.Data("agent").Single(),
            """{"type":"agent","name":"Orders","handoffs":null,"tools":["lookup","nothing","fails"],"output_type":null}""");
        JsonObject last = server.Data("generation")[^1];
        AgentJob.AssertSame(last["model_config"], """{"stop_sequences":["a","b"]}""");
        AgentJob.AssertSame(last["output"], """[{"role":"assistant","content":"Done."}]""");
        Assert.That(
            last["input"]!.AsArray().Select(static message => (string?)message!["role"]),
            Is.EqualTo(new[] { "system", "user", "assistant", "tool", "tool", "tool" }));
        AgentJob.AssertSame(
            last["input"]![2]!["tool_calls"]![0],
            """{"id":"call_1","type":"function","function":{"name":"lookup","arguments":"{\"id\":42}"}}""");
        AgentJob.AssertSame(last["input"]![3], """{"role":"tool","tool_call_id":"call_1","content":"Order 42 was shipped 🚢"}""");
    }

    [Test]
    public async Task Run_AgentThatHandsOver_IsAHandoff([Values] bool sensitive)
    {
        await using ModelServer server = await ModelServer.StartAsync(
            ModelServer.Call(("handoff_to_", "{}")), ModelServer.Call(("lookup", """{"id":7}""")), ModelServer.Say("""{"City":"Bonn"}"""));
        AIAgent triage = AgentJob.Agent(server, "Triage", new ChatOptions(), sensitive);
        AIAgent refunds = AgentJob.Agent(
            server,
            "Refunds",
            new ChatOptions
            {
                Tools = [AIFunctionFactory.Create(static (int id) => $"{id} was shipped", "lookup")],
                ResponseFormat = ChatResponseFormat.ForJsonSchema<Place>(),
            },
            sensitive);
        await AgentJob.RunAsync(server, () => RunWorkflowAsync(
            AgentWorkflowBuilder.CreateHandoffBuilderWith(triage).WithHandoff(triage, refunds, "refunds").Build()));

        AgentJob.AssertSame(server.Data("handoff").Single(), """{"type":"handoff","from_agent":"Triage","to_agent":"Refunds"}""");
        JsonObject[] agents = server.Data("agent");
        AgentJob.AssertSame(
            agents.Single(static agent => (string?)agent["name"] == "Triage"),
            """{"type":"agent","name":"Triage","handoffs":["Refunds"],"tools":[],"output_type":null}""");
        AgentJob.AssertSame(
            agents.Single(static agent => (string?)agent["name"] == "Refunds"),
            """{"type":"agent","name":"Refunds","handoffs":null,"tools":["lookup"],"output_type":"json"}""");
        JsonObject handoff = server.Spans.Single(static span => (string?)span["span_data"]!["type"] == "handoff");
        JsonObject from = server.Spans.Single(static span => (string?)span["span_data"]!["name"] == "Triage");
        Assert.That((string?)handoff["parent_id"], Is.EqualTo((string?)from["id"]), "the handoff is the first agent's last step");
    }

    [Test]
    public async Task Run_Workflow_IsRecordedWithoutItsEdges()
    {
        await using ModelServer server = await ModelServer.StartAsync(ModelServer.Say("Bonjour"), ModelServer.Say("Hallo"));
        ExecutorBinding french = AgentJob.Agent(server, "French", new ChatOptions());
        ExecutorBinding german = AgentJob.Agent(server, "German", new ChatOptions());
        await AgentJob.RunAsync(server, () => RunWorkflowAsync(
            new WorkflowBuilder(french).AddEdge(french, german).WithName("translate").WithOpenTelemetry().Build()));

        string?[] customs = [.. server.Data("custom").Select(static data => (string?)data["name"])];
        Assert.That(customs, Has.Some.EqualTo("invoke_workflow translate").And.Some.StartsWith("executor.process"));
        Assert.That(customs, Has.None.EqualTo("edge_group.process").And.None.EqualTo("message.send"));
        Assert.That(server.Data("agent").Select(static agent => (string?)agent["name"]), Is.EqualTo(new[] { "French", "German" }));
    }

    [Test]
    public async Task Run_AgentWithoutContent_SendsNone()
    {
        await using ModelServer server = await ModelServer.StartAsync(
            ModelServer.Call(("lookup", """{"name":"ada@example.com"}""")), ModelServer.Say("ada@example.com lives in Bonn."));
        AITool tool = AIFunctionFactory.Create(static string (string name) => throw new InvalidOperationException($"no {name}"), "lookup");
        await AgentJob.RunAsync(
            server,
            () => AgentJob.Agent(server, "Orders", new ChatOptions { Tools = [tool] }).RunAsync("Where is ada@example.com?"),
            static exporter => exporter.IncludeContent = false);

        Assert.That(server.Spans.Select(static span => span.ToJsonString()), Has.None.Contains("ada@"));
        Assert.That(
            (string?)server.Spans.Single(static span => (string?)span["span_data"]!["type"] == "function")["error"]!["message"],
            Is.EqualTo("System.InvalidOperationException"));
    }

    private static async Task RunWorkflowAsync(Workflow workflow)
    {
        List<ChatMessage> messages = [new(ChatRole.User, "order 7")];
        await using StreamingRun run = await InProcessExecution.RunStreamingAsync(workflow, messages);
        await run.TrySendMessageAsync(new TurnToken(emitEvents: true));
        await foreach (WorkflowEvent _ in run.WatchStreamAsync())
        {
        }
    }

    private sealed record Place(string City);
}
