using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace WorkerTracing.Agents.Tests;

/// <summary>Answers as the chat API and the Responses API, by a script, and records the items posted to the ingest endpoint.</summary>
internal sealed class ModelServer : IAsyncDisposable
{
    private readonly ConcurrentQueue<JsonObject> _items = new();
    private readonly ConcurrentQueue<Func<JsonObject, JsonObject>> _script;
    private readonly WebApplication _app;

    private ModelServer(IEnumerable<Func<JsonObject, JsonObject>> script)
    {
        _script = new(script);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapPost("/v1/traces/ingest", IngestAsync);
        _app.MapPost("/v1/chat/completions", CompleteAsync);
        _app.MapPost("/v1/responses", static () => Results.Text(Response, "application/json"));
    }

    public Uri Api => new($"{_app.Urls.First()}/v1");

    /// <summary>Gets or sets the trace that counts: the sources are the process's, and tests run side by side.</summary>
    public string? TraceId { get; set; }

    public IEnumerable<JsonObject> Spans => _items.Where(item => (string?)item["trace_id"] == TraceId);

    private static string Response => """
        {"id":"resp_123","object":"response","created_at":1767323045,"status":"completed","model":"gpt-x",
         "output":[{"id":"msg_1","type":"message","role":"assistant","status":"completed",
                    "content":[{"type":"output_text","text":"Shipped.","annotations":[]}]}],
         "parallel_tool_calls":true,"tool_choice":"auto","tools":[],
         "usage":{"input_tokens":30,"input_tokens_details":{"cached_tokens":0},
                  "output_tokens":20,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":50}}
        """;

    public static async Task<ModelServer> StartAsync(params Func<JsonObject, JsonObject>[] script)
    {
        var server = new ModelServer(script);
        await server._app.StartAsync();
        return server;
    }

    public static Func<JsonObject, JsonObject> Say(string text) => _ => new JsonObject { ["content"] = text };

    /// <summary>Calls tools, each the first one whose name begins so.</summary>
    public static Func<JsonObject, JsonObject> Call(params (string Prefix, string Arguments)[] calls) => request => new JsonObject
    {
        ["content"] = null,
        ["tool_calls"] = new JsonArray([.. calls.Select((call, i) => new JsonObject
        {
            ["index"] = i,
            ["id"] = $"call_{i + 1}",
            ["type"] = "function",
            ["function"] = new JsonObject { ["name"] = NameOf(request, call.Prefix), ["arguments"] = call.Arguments },
        })]),
    };

    /// <summary>Gets the data of the spans of one type, in the order in which they were sent.</summary>
    public JsonObject[] Data(string type) =>
        [.. Spans.Select(static span => span["span_data"]!.AsObject()).Where(data => (string?)data["type"] == type)];

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static string NameOf(JsonObject request, string prefix) => request["tools"]!.AsArray()
        .Select(static tool => (string)tool!["function"]!["name"]!)
        .First(name => name.StartsWith(prefix, StringComparison.Ordinal));

    private async Task<IResult> IngestAsync(HttpRequest request)
    {
        foreach (JsonNode? item in (await JsonNode.ParseAsync(request.Body))!["data"]!.AsArray())
            _items.Enqueue(item!.DeepClone().AsObject());
        return Results.NoContent();
    }

    private async Task CompleteAsync(HttpContext http)
    {
        JsonObject request = (await JsonNode.ParseAsync(http.Request.Body))!.AsObject();
        if (!_script.TryDequeue(out Func<JsonObject, JsonObject>? answer))
            throw new InvalidOperationException("The script is at its end.");
        JsonObject message = answer(request);
        message["role"] = "assistant";
        string reason = message.ContainsKey("tool_calls") ? "tool_calls" : "stop";
        if ((bool?)request["stream"] == true)
        {
            http.Response.ContentType = "text/event-stream";
            await http.Response.WriteAsync($"data: {Completion("delta", message, reason, "chat.completion.chunk").ToJsonString()}\n\n");
            await http.Response.WriteAsync("data: [DONE]\n\n");
            return;
        }

        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(Completion("message", message, reason, "chat.completion").ToJsonString());
    }

    private static JsonObject Completion(string member, JsonObject message, string reason, string type) => new()
    {
        ["id"] = "chatcmpl-1",
        ["object"] = type,
        ["created"] = 1767323045,
        ["model"] = "gpt-x-2026",
        ["choices"] = new JsonArray(new JsonObject { ["index"] = 0, [member] = message, ["finish_reason"] = reason }),
        ["usage"] = new JsonObject { ["prompt_tokens"] = 40, ["completion_tokens"] = 12, ["total_tokens"] = 52 },
    };
}
