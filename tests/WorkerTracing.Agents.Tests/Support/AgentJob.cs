using System.ClientModel;
using System.Text.Json.Nodes;
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenAI;

namespace WorkerTracing.Agents.Tests;

/// <summary>One job in a host with the exporter, and the ways to make clients and agents for it.</summary>
internal static class AgentJob
{
    public static async Task RunAsync(
        ModelServer server, Func<Task> job, Action<OpenAIExporterOptions>? configure = null)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.ClearProviders();
        builder.Services
            .AddWorkerTracing(static tracing =>
            {
                tracing.Flush = FlushMode.Wait;
                tracing.FlushTimeout = TimeSpan.FromMinutes(1);
            })
            .AddGenAISources()
            .AddOpenAIExporter(exporter =>
            {
                exporter.ApiKey = "sk-test";
                exporter.Endpoint = new Uri($"{server.Api}/traces/ingest");
                exporter.IncludeContent = true;
                configure?.Invoke(exporter);
            });
        using IHost host = builder.Build();
        await host.StartAsync();
        JobTrace? trace = null;
        try
        {
            await host.Services.GetRequiredService<JobTracer>().RunAsync("job", async (started, _) =>
            {
                trace = started;
                server.TraceId = $"trace_{started.TraceId}";
                await job();
            });
        }
        finally
        {
            await host.StopAsync();
        }

        Assert.That(trace!.Result.Status, Is.EqualTo(FlushStatus.Delivered));
    }

    public static OpenAIClient Client(ModelServer server) =>
        new(new ApiKeyCredential("sk-test"), new OpenAIClientOptions { Endpoint = server.Api });

    public static IChatClient Chat(ModelServer server) => Client(server).GetChatClient("gpt-x").AsIChatClient();

    public static AIAgent Agent(ModelServer server, string name, ChatOptions options, bool sensitive = true) =>
        new ChatClientAgent(
            Chat(server),
            new ChatClientAgentOptions { Id = name, Name = name, Description = name, ChatOptions = options })
            .AsBuilder().UseOpenTelemetry(configure: telemetry => telemetry.EnableSensitiveData = sensitive).Build();

    /// <summary>Fails unless the two say the same; the order of members has no meaning.</summary>
    public static void AssertSame(JsonNode? actual, string expected) =>
        Assert.That(
            JsonNode.DeepEquals(actual, JsonNode.Parse(expected)),
            Is.True,
            $"expected {JsonNode.Parse(expected)?.ToJsonString() ?? "null"}\nbut was  {actual?.ToJsonString() ?? "null"}");
}
