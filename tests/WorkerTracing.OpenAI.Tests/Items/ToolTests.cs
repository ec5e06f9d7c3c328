using System.Diagnostics;
using System.Text.Json.Nodes;

namespace WorkerTracing.OpenAI.Tests;

public sealed class ToolTests
{
    [TestCase("\"Order 42 \\u00FC\"", "\"Order 42 ü\"", TestName = "Export_ResultRecordedAsJson_IsText(string)")]
    [TestCase("null", "null", TestName = "Export_ResultRecordedAsJson_IsText(null)")]
    [TestCase("{ \"a\" : [1, 2.0] }", "\"{\\\"a\\\":[1,2.0]}\"", TestName = "Export_ResultRecordedAsJson_IsText(object)")]
    [TestCase("42", "\"42\"", TestName = "Export_ResultRecordedAsJson_IsText(number)")]
    [TestCase("true", "\"true\"", TestName = "Export_ResultRecordedAsJson_IsText(boolean)")]
    [TestCase("", "\"\"", TestName = "Export_ResultRecordedAsJson_IsText(empty)")]
    [TestCase("shipped", "\"shipped\"", TestName = "Export_ResultRecordedAsJson_IsText(plain)")]
    [TestCase("\"a\" and \"b\"", "\"\\\"a\\\" and \\\"b\\\"\"", TestName = "Export_ResultRecordedAsJson_IsText(quotes)")]
    [TestCase("{\"$type\":\"text\",\"text\":\"hi\"}", "\"hi\"", TestName = "Export_ResultRecordedAsJson_IsText(remote)")]
    [TestCase("[{\"$type\":\"text\",\"text\":\"hi\"}]", "\"hi\"", TestName = "Export_ResultRecordedAsJson_IsText(remote list)")]
    public async Task Export_ResultRecordedAsJson_IsText(string recorded, string expected)
    {
        JsonObject data = await Exports.DataOfAsync(SpanMaker.Ended(
            "execute_tool f",
            ("gen_ai.operation.name", "execute_tool"),
            ("gen_ai.tool.call.arguments", recorded),
            ("gen_ai.tool.call.result", recorded)));
        Exports.AssertSame(data["output"], expected);
        Exports.AssertSame(data["input"], expected, "arguments have the same forms");
    }

    [Test]
    public async Task Export_McpTool_NamesItsServer()
    {
        JsonObject data = await Exports.DataOfAsync(SpanMaker.Ended(
            "execute_tool lookup",
            ("gen_ai.operation.name", "execute_tool"),
            ("mcp.method.name", "tools/call"),
            ("server.address", "mcp.example")));
        Exports.AssertSame(data["mcp_data"], """{"server":"mcp.example","method.name":"tools/call"}""");
    }

    [Test]
    public async Task Export_McpListing_IsAnMcpToolsSpan()
    {
        JsonObject data = await Exports.DataOfAsync(
            SpanMaker.Ended("tools/list", ("mcp.method.name", "tools/list"), ("mcp.server.name", "orders")));
        Exports.AssertSame(data, """{"type":"mcp_tools","server":"orders","result":null}""");
    }

    [TestCase("handoff_to_Refunds", "Refunds")]
    [TestCase("transfer_to_refund_agent", "refund_agent")]
    [TestCase("Handoff-transfer_to_Billing", "Billing")]
    [TestCase("handoff_to_2", "handoff_to_2")]
    public async Task Export_ExecutedHandoffTool_IsAHandoff(string tool, string target)
    {
        Activity agent = SpanMaker.Running("invoke_agent Triage");
        agent.SetTag("gen_ai.operation.name", "invoke_agent").SetTag("gen_ai.agent.name", "Triage");
        Activity span = SpanMaker.Ended(
            "execute_tool",
            span => span.SetTag("gen_ai.operation.name", "execute_tool").SetTag("gen_ai.tool.name", tool),
            agent);
        Exports.AssertSame(
            await Exports.DataOfAsync(span),
            $$"""{"type":"handoff","from_agent":"Triage","to_agent":"{{target}}"}""");
    }
}
