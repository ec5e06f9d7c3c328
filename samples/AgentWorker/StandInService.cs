using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AgentWorker;

/// <summary>
/// Answers as the chat API does, as far as the agents need it, and prints the traces that it receives. On a loopback port of its own.
/// </summary>
internal sealed partial class StandInService : IAsyncDisposable
{
    public const string Key = "no-key-needed";
    public const string Model = "stand-in";

    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping
    };

    private readonly WebApplication _app;
    private readonly bool _printsJson;

    private StandInService(bool printsJson)
    {
        _printsJson = printsJson;
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapPost("/v1/chat/completions", CompleteAsync);
        _app.MapPost("/v1/traces/ingest", PrintAsync);
    }

    public Uri Address => new(_app.Urls.First());

    public static async Task<StandInService> StartAsync(bool printsJson)
    {
        var service = new StandInService(printsJson);
        await service._app.StartAsync();
        return service;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    /// <summary>Hands over where it can, else calls the tool once, then answers with its result. As a stream of one chunk.</summary>
    private static async Task CompleteAsync(HttpContext http)
    {
        JsonNode request = (await JsonNode.ParseAsync(http.Request.Body))!;
        JsonArray messages = request["messages"]!.AsArray();
        JsonNode last = messages[^1]!;
        string[] tools = [.. (request["tools"]?.AsArray() ?? []).Select(static tool => (string)tool!["function"]!["name"]!)];
        JsonObject message = tools.FirstOrDefault(static tool => tool.StartsWith("handoff_to_", StringComparison.Ordinal)) is { } handoff
            ? Call(handoff, """{"reasonForHandoff":"an order"}""")
            : (string?)last["role"] == "tool"
                ? new JsonObject { ["role"] = "assistant", ["content"] = ((string?)last["content"])?.Trim('"') }
                : Call("lookup_order", $"{{\"id\":{Number().Match(messages.ToJsonString()).Value}}}");
        var chunk = new JsonObject
        {
            ["id"] = "chatcmpl-1",
            ["object"] = "chat.completion.chunk",
            ["created"] = 1767323045,
            ["model"] = Model,
            ["choices"] = new JsonArray(new JsonObject
            {
                ["index"] = 0,
                ["finish_reason"] = message.ContainsKey("tool_calls") ? "tool_calls" : "stop",
                ["delta"] = message,
            }),
            ["usage"] = new JsonObject { ["prompt_tokens"] = 40, ["completion_tokens"] = 12, ["total_tokens"] = 52 },
        };
        http.Response.ContentType = "text/event-stream";
        await http.Response.WriteAsync($"data: {chunk.ToJsonString()}\n\ndata: [DONE]\n\n");
    }

    private static JsonObject Call(string tool, string arguments) => new()
    {
        ["role"] = "assistant",
        ["content"] = null,
        ["tool_calls"] = new JsonArray(new JsonObject
        {
            ["index"] = 0,
            ["id"] = "call_1",
            ["type"] = "function",
            ["function"] = new JsonObject { ["name"] = tool, ["arguments"] = arguments },
        }),
    };

    private async Task<IResult> PrintAsync(HttpRequest request)
    {
        JsonNode body = (await JsonNode.ParseAsync(request.Body))!;
        Console.WriteLine(_printsJson ? body.ToJsonString(Readable) : IngestTree.Of(body["data"]!.AsArray()));
        return Results.NoContent();
    }

    [GeneratedRegex("(?<=order )[0-9]+")]
    private static partial Regex Number();
}
