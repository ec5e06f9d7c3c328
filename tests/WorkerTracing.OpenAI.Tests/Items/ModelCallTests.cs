using System.Diagnostics;
using System.Text.Json.Nodes;

namespace WorkerTracing.OpenAI.Tests;

public sealed class ModelCallTests
{
    private const string Reasoned = """
        [
          {"type":"reasoning","summary":[{"text":"secret"}]},
          {"role":"Assistant","reasoning":"secret","content":[{"type":"reasoning","text":"secret"},{"type":"text","text":"shown"}]},
          {"role":"assistant","parts":[{"type":"reasoning","content":"secret"},{"type":"text","content":"shown"}]},
          {"object":"chat.completion","choices":[
            {"index":0,"message":{"role":"assistant","reasoning_content":"secret","content":"shown"}}]}
        ]
        """;

    [Test]
    public async Task Export_ReasoningForTheDefaultEndpoint_IsRemoved([Values("", "/")] string slash)
    {
        await using IngestServer server = await IngestServer.StartAsync();
        using var handler = new Redirecting(server.Endpoint);
        using var exporter = new OpenAITraceExporter(server.Options(options =>
        {
            options.Endpoint = new Uri($"https://api.openai.com/v1/traces/ingest{slash}");
            options.HttpClientFactory = () => new HttpClient(handler, disposeHandler: false);
        }));
        exporter.Send(SpanMaker.Ended("chat x", ("gen_ai.operation.name", "chat"), ("gen_ai.output.messages", Reasoned)));
        Exports.AssertSame(server.AcceptedSpans.Single()["span_data"]!["output"], """
            [
              {"role":"assistant","content":[{"type":"text","text":"shown"}]},
              {"role":"assistant","content":"shown"},
              {"object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"shown"}}]}
            ]
            """);
    }

    [Test]
    public async Task Export_ReasoningForAnotherEndpoint_IsKept()
    {
        JsonObject data = await Exports.DataOfAsync(
            SpanMaker.Ended("chat x", ("gen_ai.operation.name", "chat"), ("gen_ai.output.messages", Reasoned)));
        Assert.That(data["output"]!.ToJsonString().Split("secret"), Has.Length.EqualTo(6), "five times");
    }

    [Test]
    public async Task Export_MediaParts_TakeTheChatApisForm()
    {
        JsonObject data = await Exports.DataOfAsync(Chat("gen_ai.input.messages", """
            [{"role":"USER","parts":[
              {"type":"uri","uri":"https://x/y.png","mime_type":"image/png"},
              {"type":"blob","content":"AQID","mime_type":"image/jpeg","modality":"image"},
              {"type":"blob","content":"AQID","mime_type":"audio/mpeg","modality":"audio"},
              {"type":"blob","content":"AQ==","mime_type":"application/pdf"},
              {"type":"file","file_id":"file_1"},
              {"type":"uri","uri":"https://x/y.mp4","modality":"video"}]}]
            """));
        Exports.AssertSame(data["input"], """
            [{"role":"user","content":[
              {"type":"image_url","image_url":{"url":"https://x/y.png"}},
              {"type":"image_url","image_url":{"url":"data:image/jpeg;base64,AQID"}},
              {"type":"input_audio","input_audio":{"data":"AQID","format":"mp3"}},
              {"type":"file","file":{"file_data":"data:application/pdf;base64,AQ=="}},
              {"type":"file","file":{"file_id":"file_1"}},
              {"type":"uri","uri":"https://x/y.mp4","modality":"video"}]}]
            """);
    }

    [Test]
    public async Task Export_ToolsOfTheProvider_AreCallsAndAnswersInTheirPlace()
    {
        JsonObject data = await Exports.DataOfAsync(Chat("gen_ai.output.messages", """
            [{"role":"assistant","parts":[
              {"type":"text","content":"Let me see."},
              {"type":"server_tool_call","id":"c1","name":"code_interpreter","server_tool_call":{"type":"code_interpreter","code":"1+1"}},
              {"type":"Microsoft.Extensions.AI.WebSearchToolCallContent","content":{"queries":["q"],"callId":"c2"}},
              {"type":"server_tool_call_response","id":"c1","server_tool_call_response":{
                "type":"code_interpreter","output":[{"$type":"text","text":"2"}]}},
              {"type":"server_tool_call","id":"c3","name":"find","server_tool_call":{"type":"mcp","server_name":"s","arguments":{"q":1}}},
              {"type":"text","content":"Two."}],"finish_reason":"length"}]
            """));
        Exports.AssertSame(data["output"], """
            [
              {"role":"assistant","content":"Let me see.","tool_calls":[
                {"id":"c1","type":"function","function":{"name":"code_interpreter","arguments":"{\"code\":\"1+1\"}"}},
                {"id":"c2","type":"function","function":{"name":"web_search","arguments":"{\"queries\":[\"q\"]}"}}]},
              {"role":"tool","tool_call_id":"c1","content":"2"},
              {"role":"assistant","content":"Two.","tool_calls":[
                {"id":"c3","type":"function","function":{"name":"find","arguments":"{\"q\":1}"}}],"finish_reason":"length"}
            ]
            """);
    }

    [Test]
    public async Task Export_MessageWithDifferencesOfALibrary_TakesTheChatApisForm()
    {
        JsonObject data = await Exports.DataOfAsync(Chat("gen_ai.output.messages", """
            [{"role":"Assistant","name":null,"content":null,"finish_reason":"Stop","tool_calls":[
               {"id":"c1","type":"function","function":{"name":"f","arguments":{"id": "42"}}}]},
             {"role":"User","content":"hi","tool_calls":[],"finish_reason":"Length"}]
            """));
        Exports.AssertSame(data["output"], """
            [{"role":"assistant","content":null,"tool_calls":[
               {"id":"c1","type":"function","function":{"name":"f","arguments":"{\"id\":\"42\"}"}}]},
             {"role":"user","content":"hi","finish_reason":"Length"}]
            """);
    }

    [Test]
    public async Task Export_SettingsRecordedAsJson_AreParsed()
    {
        JsonObject data = await Exports.DataOfAsync(SpanMaker.Ended(
            "chat x",
            ("gen_ai.operation.name", "chat"),
            ("gen_ai.request.stop_sequences", "[\"a\", \"b\"]"),
            ("gen_ai.request.user", "[ada")));
        Exports.AssertSame(data["model_config"], """{"stop_sequences":["a","b"],"user":"[ada"}""");
    }

    [TestCase("openai", "resp_123", "response")]
    [TestCase(null, "resp_123", "response")]
    [TestCase("openai", "chatcmpl-1", "generation")]
    [TestCase("azure.ai.openai", "resp_123", "generation")]
    public async Task Export_ResponsesId_IsAResponse(string? provider, string id, string type)
    {
        JsonObject data = await Exports.DataOfAsync(SpanMaker.Ended(
            "chat x",
            ("gen_ai.operation.name", "chat"),
            ("gen_ai.provider.name", provider),
            ("gen_ai.response.id", id),
            ("gen_ai.usage.input_tokens", 1),
            ("gen_ai.usage.output_tokens", 2)));
        Assert.That((string?)data["type"], Is.EqualTo(type));
        if (type == "response")
            Exports.AssertSame(data, """{"type":"response","response_id":"resp_123","usage":{"input_tokens":1,"output_tokens":2}}""");
    }

    [TestCase("chat", "chat", "m", "m", ExpectedResult = "custom", TestName = "Export_CallRecordedTwice_CountsOnce")]
    [TestCase("chat", "chat", "m", "n", ExpectedResult = "generation", TestName = "Export_CallInsideACallOfAnotherModel_Counts")]
    [TestCase("execute_tool", "chat", "m", "m", ExpectedResult = "generation", TestName = "Export_CallInsideATool_Counts")]
    public async Task<string?> Export_CallInsideACall(string outer, string inner, string outerModel, string innerModel)
    {
        Activity above = SpanMaker.Running("outer");
        above.SetTag("gen_ai.operation.name", outer).SetTag("gen_ai.request.model", outerModel);
        Activity between = SpanMaker.Running("POST", above);
        Activity span = SpanMaker.Ended(
            "inner",
            span => span.SetTag("gen_ai.operation.name", inner).SetTag("gen_ai.request.model", innerModel)
                .SetTag("gen_ai.usage.input_tokens", 1).SetTag("gen_ai.output.messages", "[]"),
            between);
        JsonObject data = await Exports.DataOfAsync(span);
        if ((string?)data["type"] == "custom")
        {
            Assert.That(
                data["data"]!.AsObject().Select(static member => member.Key),
                Has.None.Contains("usage").And.None.Contains("messages"));
        }

        return (string?)data["type"];
    }

    [Test]
    public async Task Export_SpeechSynthesis_IsASpeechSpan()
    {
        JsonObject data = await Exports.DataOfAsync(SpanMaker.Ended(
            "generate_content tts",
            ("gen_ai.operation.name", "generate_content"),
            ("gen_ai.output.type", "speech"),
            ("gen_ai.request.model", "tts"),
            ("gen_ai.response.time_to_first_chunk", 0.5),
            ("gen_ai.input.messages", """[{"role":"user","parts":[{"type":"text","content":"say \"hi\""}]}]""")));
        Exports.AssertSame(data, """
            {"type":"speech","input":"say \"hi\"","output":{"data":"","format":"pcm"},"model":"tts","model_config":null,
             "first_content_at":"2026-01-02T03:04:05.500000+00:00"}
            """);
    }

    [Test]
    public async Task Export_ErrorWithoutContent_IsItsTypeAlone()
    {
        Activity span = SpanMaker.Ended("execute_tool f", static span =>
        {
            span.SetTag("gen_ai.operation.name", "execute_tool").SetTag("error.type", "System.FormatException");
            span.SetStatus(ActivityStatusCode.Error, "no customer ada@example.com");
            span.AddException(new FormatException("no customer ada@example.com"));
        });
        JsonObject item = await Exports.ItemOfAsync(span, static options => options.IncludeContent = false);
        Exports.AssertSame(item["error"], """{"message":"System.FormatException","data":{"type":"System.FormatException"}}""");
        Assert.That(item.ToJsonString(), Does.Not.Contain("ada@"));
    }

    private static Activity Chat(string attribute, string value) =>
        SpanMaker.Ended("chat x", ("gen_ai.operation.name", "chat"), (attribute, value));

    private sealed class Redirecting(Uri target) : DelegatingHandler(new HttpClientHandler())
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.RequestUri = target;
            return base.SendAsync(request, cancellationToken);
        }
    }
}
