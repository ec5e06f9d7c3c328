using System.ClientModel;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenAI;
using OpenAI.Chat;

namespace WorkerTracing.OpenAI.Tests;

/// <summary>The official OpenAI SDK, with its experimental telemetry on, against a local server that speaks the chat API.</summary>
public sealed class OpenAISdkTests
{
    private const string Completion = """
        {
          "id": "chatcmpl-1", "object": "chat.completion", "created": 1767323045, "model": "gpt-x-2026",
          "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Shipped."}}],
          "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
        }
        """;

    [OneTimeSetUp]
    public static void EnableTelemetry() => AppContext.SetSwitch("OpenAI.Experimental.EnableOpenTelemetry", true);

    [Test]
    public async Task CompleteChat_InAJob_IsAGenerationOfItsTrace()
    {
        await using IngestServer ingest = await IngestServer.StartAsync();
        (JobTrace trace, _) = await RunAsync(ingest, 200, Completion);

        JsonObject job = SpanNamed(ingest, trace, "answer a question");
        JsonObject chat = ingest.AcceptedSpans
            .Single(item => (string?)item["trace_id"] == $"trace_{trace.TraceId}" && (string?)item["span_data"]!["type"] == "generation");
        Assert.Multiple(() =>
        {
            Assert.That(trace.Result.Status, Is.EqualTo(FlushStatus.Delivered));
            Assert.That((string?)chat["parent_id"], Is.EqualTo((string?)job["id"]));
            Assert.That(chat["error"], Is.Null);
        });
        Exports.AssertSame(
            chat["span_data"],
            """
            {"type":"generation","input":null,"output":null,"model":"gpt-x","model_config":{"max_tokens":50,"temperature":0.2},
              "usage":{"input_tokens":11,"output_tokens":7}}
            """);
    }

    [Test]
    public async Task CompleteChat_ThatFails_IsAGenerationWithAnError()
    {
        await using IngestServer ingest = await IngestServer.StartAsync();
        (JobTrace trace, Exception? failure) = await RunAsync(ingest, 404, """{"error":{"message":"no such model"}}""");

        JsonObject chat = ingest.AcceptedSpans
            .Single(item => (string?)item["trace_id"] == $"trace_{trace.TraceId}" && (string?)item["span_data"]!["type"] == "generation");
        Assert.Multiple(() =>
        {
            Assert.That(failure, Is.InstanceOf<ClientResultException>(), "the job has its own exception");
            Assert.That((string?)chat["error"]!["data"]!["type"], Is.EqualTo("404"));
            Assert.That(chat["span_data"]!["usage"], Is.Null);
            Assert.That(SpanNamed(ingest, trace, "answer a question")["error"], Is.Not.Null);
        });
    }

    private static async Task<(JobTrace Trace, Exception? Failure)> RunAsync(IngestServer ingest, int status, string answer)
    {
        WebApplicationBuilder chat = WebApplication.CreateSlimBuilder();
        chat.Logging.ClearProviders();
        chat.WebHost.UseUrls("http://127.0.0.1:0");
        await using WebApplication server = chat.Build();
        server.MapPost("/v1/chat/completions", () => Results.Text(answer, "application/json", statusCode: status));
        await server.StartAsync();

        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddWorkerTracing(static options =>
        {
            options.Flush = FlushMode.Wait;
            options.FlushTimeout = TimeSpan.FromSeconds(30);
        }).AddGenAISources().AddOpenAIExporter(ingest.Configure);
        using IHost host = builder.Build();
        await host.StartAsync();

        var client = new ChatClient(
            "gpt-x",
            new ApiKeyCredential("sk-chat"),
            new OpenAIClientOptions { Endpoint = new Uri($"{server.Urls.First()}/v1") });
        JobTrace? trace = null;
        Exception? failure = null;
        try
        {
            await host.Services.GetRequiredService<JobTracer>().RunAsync("answer a question", async (job, cancellationToken) =>
            {
                trace = job;
                await client.CompleteChatAsync(
                    [new UserChatMessage("Where is my order?")], new ChatCompletionOptions
                    {
                        Temperature = 0.2f,
                        MaxOutputTokenCount = 50
                    }, cancellationToken);
            });
        }
        catch (ClientResultException exception)
        {
            failure = exception;
        }
        await host.StopAsync();
        return (trace!, failure);
    }

    private static JsonObject SpanNamed(IngestServer server, JobTrace trace, string name) =>
        server.AcceptedSpans
            .Single(item => (string?)item["trace_id"] == $"trace_{trace.TraceId}" && (string?)item["span_data"]!["name"] == name);
}
