using System.Diagnostics;
using System.Text.Json.Nodes;

namespace WorkerTracing.OpenAI.Tests;

public sealed class GenerationTests
{
    [Test]
    public async Task Export_BareGeneration_HasEveryMember([Values("chat", "text_completion", "generate_content")] string operation)
    {
        Activity span = SpanMaker.Ended($"{operation} x", ("gen_ai.operation.name", operation));
        Exports.AssertSame(
            await Exports.DataOfAsync(span),
            """{"type":"generation","input":null,"output":null,"model":null,"model_config":null,"usage":null}""");
    }

    [Test]
    public async Task Export_CurrentNames_BecomeAGeneration()
    {
        Activity span = SpanMaker.Ended(
            "chat gpt-x",
            ("gen_ai.operation.name", "chat"),
            ("gen_ai.provider.name", "openai"),
            ("gen_ai.request.model", "gpt-x"),
            ("gen_ai.response.model", "gpt-x-2026"),
            ("gen_ai.request.temperature", 0.2f),
            ("gen_ai.request.stop_sequences", new[] { "a", "b" }),
            ("openai.request.service_tier", "auto"),
            ("gen_ai.usage.input_tokens", 11),
            ("gen_ai.usage.output_tokens", 7L),
            ("gen_ai.usage.cache_read.input_tokens", 3),
            ("gen_ai.usage.reasoning.output_tokens", 2),
            ("gen_ai.system_instructions", """[{"type":"text","content":"Be brief."}]"""),
            ("gen_ai.input.messages", """[{"role":"user","parts":[{"type":"text","content":"Where is my order?"}]}]"""),
            (
                "gen_ai.output.messages",
                """[{"role":"assistant","parts":[{"type":"text","content":"Checking."}],"finish_reason":"stop"}]"""));
        Exports.AssertSame(await Exports.DataOfAsync(span), """
            {
              "type": "generation",
              "input": [{"role":"system","content":"Be brief."}, {"role":"user","content":"Where is my order?"}],
              "output": [{"role":"assistant","content":"Checking."}],
              "model": "gpt-x",
              "model_config": {"temperature":0.2,"stop_sequences":["a","b"],"service_tier":"auto"},
              "usage": {"input_tokens":11,"output_tokens":7,
                "details":{"input_tokens_details":{"cached_tokens":3},"output_tokens_details":{"reasoning_tokens":2}}}
            }
            """);
    }

    [Test]
    public async Task Export_NamesOf136_BecomeAGeneration()
    {
        Activity span = SpanMaker.Ended("chat gpt-x", static span =>
        {
            span.SetTag("gen_ai.operation.name", "chat").SetTag("gen_ai.system", "openai").SetTag("gen_ai.response.model", "gpt-x")
                .SetTag("gen_ai.request.max_tokens", 100).SetTag("gen_ai.openai.request.service_tier", "default")
                .SetTag("gen_ai.usage.input_tokens", 1).SetTag("gen_ai.usage.output_tokens", 2);
            span.AddEvent(new ActivityEvent("gen_ai.system.message", tags: new ActivityTagsCollection { ["content"] = "Be brief." }));
            span.AddEvent(
                new ActivityEvent("gen_ai.user.message", tags: new ActivityTagsCollection { ["role"] = "customer", ["content"] = "Hi" }));
            span.AddEvent(new ActivityEvent("gen_ai.assistant.message", tags: new ActivityTagsCollection
            {
                ["tool_calls"] = """[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}]""",
            }));
            span.AddEvent(
                new ActivityEvent("gen_ai.tool.message", tags: new ActivityTagsCollection { ["id"] = "c1", ["content"] = "rainy" }));
            span.AddEvent(new ActivityEvent("gen_ai.choice", tags: new ActivityTagsCollection
            {
                ["gen_ai.event.content"] = """{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"Rain."}}""",
            }));
        });
        Exports.AssertSame(await Exports.DataOfAsync(span), """
            {
              "type": "generation",
              "input": [
                {"role":"system","content":"Be brief."},
                {"role":"customer","content":"Hi"},
                {"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}]},
                {"role":"tool","content":"rainy","tool_call_id":"c1"}
              ],
              "output": [{"role":"assistant","content":"Rain."}],
              "model": "gpt-x",
              "model_config": {"max_tokens":100,"service_tier":"default"},
              "usage": {"input_tokens":1,"output_tokens":2}
            }
            """);
    }

    [Test]
    public async Task Export_MessagesInTheCurrentEvent_AreFound()
    {
        Activity span = SpanMaker.Ended("chat x", static span =>
        {
            span.SetTag("gen_ai.operation.name", "chat");
            span.AddEvent(new ActivityEvent("gen_ai.client.inference.operation.details", tags: new ActivityTagsCollection
            {
                ["gen_ai.input.messages"] = """[{"role":"user","parts":[{"type":"text","content":"in"}]}]""",
                ["gen_ai.output.messages"]
                    = """[{"role":"assistant","parts":[{"type":"text","content":"out"}],"finish_reason":"length"}]""",
            }));
        });
        JsonObject data = await Exports.DataOfAsync(span);
        Exports.AssertSame(data["input"], """[{"role":"user","content":"in"}]""");
        Exports.AssertSame(
            data["output"],
            """[{"role":"assistant","content":"out","finish_reason":"length"}]""",
            "a message that was cut short says so");
    }

    [Test]
    public async Task Export_ToolPartsAndMedia_TakeTheChatApisForm()
    {
        Activity span = SpanMaker.Ended(
            "chat x",
            ("gen_ai.operation.name", "chat"),
            ("gen_ai.input.messages", """
                [
                  {"role":"user","name":"ann","parts":[
                    {"type":"text","content":"one"},{"type":"uri","modality":"image","uri":"https://x/y.png"},
                    {"type":"text","content":"two"}]},
                  {"role":"assistant","parts":[
                    {"type":"tool_call","id":"c1","name":"weather","arguments":{"city":"Zürich"}},
                    {"type":"tool_call","id":null,"name":"time"}]},
                  {"role":"tool","parts":[
                    {"type":"tool_call_response","id":"c1","response":{"sky":"grey"}},
                    {"type":"tool_call_response","id":"c2","result":"noon"}]}
                ]
                """));
        Exports.AssertSame((await Exports.DataOfAsync(span))["input"], """
            [
              {"role":"user","name":"ann","content":[
                {"type":"text","text":"one"},{"type":"image_url","image_url":{"url":"https://x/y.png"}},{"type":"text","text":"two"}]},
              {"role":"assistant","content":null,"tool_calls":[
                {"id":"c1","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Zürich\"}"}},
                {"id":null,"type":"function","function":{"name":"time","arguments":null}}]},
              {"role":"tool","tool_call_id":"c1","content":"{\"sky\":\"grey\"}"},
              {"role":"tool","tool_call_id":"c2","content":"noon"}
            ]
            """);
    }

    [TestCase(
        """[{"role":"user","content":"as it is","extra":[1,{"a":null}]}]""",
        """[{"role":"user","content":"as it is","extra":[1,{"a":null}]}]""")]
    [TestCase("plain text", "\"plain text\"")]
    [TestCase("[not json", "\"[not json\"")]
    [TestCase("[]", "[]")]
    [TestCase("""[1,"two",[3],{"parts":7}]""", """[1,"two",[3],{"parts":7}]""")]
    [TestCase("""[{"role":"user","parts":[]}]""", """[{"role":"user","content":null}]""")]
    [TestCase("""[{"parts":["odd",7]}]""", """[{"role":null,"content":["odd",7]}]""")]
    public async Task Export_OtherFormsOfMessages_StayWhatTheyAre(string recorded, string expected)
    {
        Activity span = SpanMaker.Ended("chat x", ("gen_ai.operation.name", "chat"), ("gen_ai.input.messages", recorded));
        Exports.AssertSame((await Exports.DataOfAsync(span))["input"], expected);
    }

    [Test]
    public async Task Export_MessagesAsObjects_AreWritten()
    {
        object messages = new object[]
        {
            new Dictionary<string, object?> { ["role"] = "user", ["content"] = "hi", ["logit"] = double.NaN },
        };
        Activity span = SpanMaker.Ended("chat x", ("gen_ai.operation.name", "chat"), ("gen_ai.input.messages", messages));
        Exports.AssertSame(
            (await Exports.DataOfAsync(span))["input"],
            """[{"role":"user","content":"hi"}]""",
            "a member that is no JSON is left out of a message");
    }

    [Test]
    public async Task Export_OldPromptAttribute_BecomesAMessage()
    {
        Activity span = SpanMaker.Ended(
            "text_completion x",
            ("gen_ai.operation.name", "text_completion"),
            ("gen_ai.prompt", "Once upon"),
            ("gen_ai.completion", "a time"));
        JsonObject data = await Exports.DataOfAsync(span);
        Exports.AssertSame(data["input"], """[{"role":"user","content":"Once upon"}]""");
        Exports.AssertSame(data["output"], """[{"role":"assistant","content":"a time"}]""");
    }

    [TestCase(5, null)]
    [TestCase(null, 5)]
    [TestCase("5", 5)]
    [TestCase(true, 5)]
    [TestCase(double.NaN, 5)]
    public async Task Export_UsageThatIsNotTwoNumbers_IsLeftOut(object? input, object? output)
    {
        Activity span = SpanMaker.Ended(
            "chat x",
            ("gen_ai.operation.name", "chat"),
            ("gen_ai.usage.input_tokens", input),
            ("gen_ai.usage.output_tokens", output));
        Assert.That((await Exports.DataOfAsync(span)).ContainsKey("usage"), Is.False);
    }

    [Test]
    public async Task Export_FurtherUsage_IsADetail()
    {
        Activity span = SpanMaker.Ended(
            "chat x", ("gen_ai.operation.name", "chat"), ("gen_ai.usage.prompt_tokens", 1), ("gen_ai.usage.completion_tokens", 2),
            ("gen_ai.usage.total_tokens", 3), ("gen_ai.usage.cost", double.NaN), ("gen_ai.usage.cache_creation.input_tokens", 4));
        Exports.AssertSame(
            (await Exports.DataOfAsync(span))["usage"],
            """{"input_tokens":1,"output_tokens":2,"details":{"total_tokens":3,"input_tokens_details":{"cache_write_tokens":4}}}""");
    }
}
