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
/// Speaks as much of the chat API as the agent needs, and prints what it is sent as traces. On a loopback port of its own.
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

    private StandInService()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapPost("/v1/chat/completions", CompleteAsync);
        _app.MapPost("/v1/traces/ingest", PrintAsync);
    }

    public Uri Address => new(_app.Urls.First());

    public static async Task<StandInService> StartAsync()
    {
        var service = new StandInService();
        await service._app.StartAsync();
        return service;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    /// <summary>Calls the tool once, then answers with what it said.</summary>
    private static async Task<IResult> CompleteAsync(HttpRequest request)
    {
        JsonArray messages = (await JsonNode.ParseAsync(request.Body))!["messages"]!.AsArray();
        JsonNode last = messages[^1]!;
        JsonObject message = (string?)last["role"] == "tool"
            ? new JsonObject { ["role"] = "assistant", ["content"] = (string?)last["content"] }
            : new JsonObject { ["role"] = "assistant", ["content"] = null, ["tool_calls"] = new JsonArray(ToolCall(messages)) };
        return Results.Text(
            new JsonObject
            {
                ["id"] = "chatcmpl-1",
                ["object"] = "chat.completion",
                ["created"] = 1767323045,
                ["model"] = Model,
                ["choices"] = new JsonArray(new JsonObject
                {
                    ["index"] = 0,
                    ["finish_reason"] = message.ContainsKey("tool_calls") ? "tool_calls" : "stop",
                    ["message"] = message,
                }),
                ["usage"] = new JsonObject { ["prompt_tokens"] = 40, ["completion_tokens"] = 12, ["total_tokens"] = 52 },
            }.ToJsonString(),
            "application/json");
    }

    private static JsonObject ToolCall(JsonArray messages) => new()
    {
        ["id"] = "call_1",
        ["type"] = "function",
        ["function"] = new JsonObject
        {
            ["name"] = "lookup_order",
            ["arguments"] = $"{{\"id\":{Number().Match(messages[^1]!["content"]!.ToJsonString()).Value}}}",
        },
    };

    private static async Task<IResult> PrintAsync(HttpRequest request)
    {
        JsonNode body = (await JsonNode.ParseAsync(request.Body))!;
        Console.WriteLine($"POST {request.Path}\n{body.ToJsonString(Readable)}");
        return Results.NoContent();
    }

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Number();
}
