using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace WorkerTracing.OpenAI.Tests;

/// <summary>Feeds the exporter what the reference was fed, and compares the items member by member. Ids are the process's own.</summary>
public sealed class CapturedPayloadTests
{
    private static readonly string[] OwnTypes = ["agent", "function", "generation", "custom"];

    [TestCase("py/01_full_trace.json", 1, 6)]
    [TestCase("py/02_minimal_spans.json", 1, 6)]
    [TestCase("py/03_span_error.json", 1, 4)]
    [TestCase("py/04_trace_defaults.json", 4, 1)]
    [TestCase("py/05_per_trace_api_key.json", 4, 4)]
    [TestCase("py/08_numbers.json", 1, 1)]
    [TestCase("py/11_org_project.json", 1, 1)]
    [TestCase("py/13_ids_and_clock.json", 2, 3)]
    [TestCase("py/14_agent_harness_metadata.json", 1, 2)]
    public async Task Export_InputOfTheReference_GivesItsItems(string capture, int traces, int spans)
    {
        IReadOnlyList<JsonObject> items = SharedWire.Items(capture);
        await using IngestServer server = await IngestServer.StartAsync();
        using var exporter = new OpenAITraceExporter(server.Options());
        using TracerProvider provider = Sdk.CreateTracerProviderBuilder().AddSource("WorkerTracing").Build();
        var tracer = new JobTracer(provider);

        int comparedTraces = 0;
        int comparedSpans = 0;
        foreach (JsonObject trace in items.Where(static item => (string?)item["object"] == "trace"))
        {
            int sent = server.Accepted.Count;
            using JobTrace job = tracer.Start(
                new JobInfo { System = "test", Name = (string)trace["workflow_name"]!, GroupId = (string?)trace["group_id"] });
            foreach ((string key, JsonNode? value) in trace["metadata"]?.AsObject() ?? [])
                job.Activity!.SetTag($"worker_tracing.metadata.{key}", value);

            List<JsonObject> expected = [.. items.Where(
                item => (string?)item["trace_id"] == (string?)trace["id"] && OwnTypes.Contains((string?)item["span_data"]!["type"]))];
            Activity[] made = [.. expected.Select(item => Make(item, job.Activity!))];
            exporter.Send(made.Length > 0 ? made : [job.Activity!]);

            JsonObject[] actual = [.. server.Accepted.Skip(sent)];
            foreach (string member in new[] { "object", "workflow_name", "group_id", "metadata" })
            {
                JsonNode? value = member == "metadata" ? WithTextValues(trace[member]) : trace[member];
                Exports.AssertSame(actual[0][member], value?.ToJsonString() ?? "null", $"{capture}: {member} of the trace");
            }
            comparedTraces++;
            foreach ((JsonObject wanted, JsonObject got) in expected.Zip(actual.Skip(1)))
            {
                Compare(capture, wanted, got);
                comparedSpans++;
            }
        }

        Assert.That((comparedTraces, comparedSpans), Is.EqualTo((traces, spans)), "so many items were compared");
    }

    private static void Compare(string capture, JsonObject wanted, JsonObject got)
    {
        if ((string?)wanted["span_data"]!["type"] == "agent")
            wanted["span_data"]!["handoffs"] = null; // the conventions have no attribute to make them of
        foreach (string member in new[] { "object", "started_at", "ended_at", "span_data" })
            Exports.AssertSame(
                got[member],
                wanted[member]?.ToJsonString() ?? "null",
                $"{capture}: {member} of {wanted["span_data"]!["name"]}");
        Exports.AssertSame(got["error"]?["message"], wanted["error"]?["message"]?.ToJsonString() ?? "null", $"{capture}: the error");
        if (wanted["metadata"]?["agent_harness_id"] is { } harness)
            Exports.AssertSame(got["metadata"]!["agent_harness_id"], harness.ToJsonString());
        Assert.That(
            got.Select(static member => member.Key).Except(wanted.Select(static member => member.Key)),
            Is.Empty,
            "no further members");
    }

    private static Activity Make(JsonObject item, Activity parent)
    {
        JsonObject data = item["span_data"]!.AsObject();
        Activity? before = Activity.Current;
        Activity.Current = parent;
        var span = new Activity((string?)data["name"] ?? "chat") { ActivityTraceFlags = ActivityTraceFlags.Recorded };
        span.SetStartTime(Time(item["started_at"]));
        span.Start();
        Describe(span, data);
        if ((string?)item["error"]?["message"] is { } message)
            span.SetStatus(ActivityStatusCode.Error, message);
        span.SetEndTime(Time(item["ended_at"]));
        span.Stop();
        Activity.Current = before;
        return span;
    }

    private static void Describe(Activity span, JsonObject data)
    {
        switch ((string?)data["type"])
        {
            case "agent":
                span.SetTag("gen_ai.operation.name", "invoke_agent").SetTag("gen_ai.agent.name", (string?)data["name"]);
                span.SetTag("gen_ai.output.type", (string?)data["output_type"]);
                if (data["tools"] is { } tools)
                    span.SetTag("gen_ai.tool.definitions", tools.ToJsonString());
                break;
            case "function":
                span.SetTag("gen_ai.operation.name", "execute_tool").SetTag("gen_ai.tool.name", (string?)data["name"]);
                span.SetTag("gen_ai.tool.call.arguments", (string?)data["input"])
                    .SetTag("gen_ai.tool.call.result", (string?)data["output"]);
                SetAll(span, "mcp.", data["mcp_data"]);
                break;
            case "generation":
                span.SetTag("gen_ai.operation.name", "chat").SetTag("gen_ai.request.model", (string?)data["model"]);
                span.SetTag("gen_ai.input.messages", data["input"]?.ToJsonString())
                    .SetTag("gen_ai.output.messages", data["output"]?.ToJsonString());
                SetAll(span, "gen_ai.request.", data["model_config"]);
                SetUsage(span, data["usage"]);
                break;
            default:
                SetAll(span, "", data["data"]);
                break;
        }
    }

    private static void SetUsage(Activity span, JsonNode? usage)
    {
        span.SetTag("gen_ai.usage.input_tokens", (int?)usage?["input_tokens"])
            .SetTag("gen_ai.usage.output_tokens", (int?)usage?["output_tokens"]);
        span.SetTag("gen_ai.usage.cache_read.input_tokens", (int?)usage?["details"]?["input_tokens_details"]?["cached_tokens"]);
        span.SetTag("gen_ai.usage.reasoning.output_tokens", (int?)usage?["details"]?["output_tokens_details"]?["reasoning_tokens"]);
        foreach ((string key, JsonNode? value) in usage?["details"]?.AsObject() ?? [])
        {
            if (value is JsonValue)
                span.SetTag($"gen_ai.usage.{key}", value);
        }
    }

    private static void SetAll(Activity span, string prefix, JsonNode? members)
    {
        foreach ((string key, JsonNode? value) in members?.AsObject() ?? [])
        {
            if (value is null)
                span.AddTag(prefix + key, null);
            else
                span.SetTag(prefix + key, value);
        }
    }

    private static DateTime Time(JsonNode? text)
        => DateTime.Parse((string)text!, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal);

    /// <summary>The SDKs leave it to their users that metadata is text; this exporter makes it text. No metadata is null.</summary>
    private static JsonObject? WithTextValues(JsonNode? metadata) => metadata is not JsonObject { Count: > 0 } values
        ? null
        : new JsonObject(values.Select(static entry => KeyValuePair.Create(
            entry.Key,
            (JsonNode?)(entry.Value is JsonValue value && value.TryGetValue(out string? text) ? text : entry.Value?.ToJsonString()))));
}
