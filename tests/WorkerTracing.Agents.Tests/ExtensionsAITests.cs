using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace WorkerTracing.Agents.Tests;

public sealed class ExtensionsAITests
{
    [OneTimeSetUp]
    public static void EnableTelemetryOfTheSdk() => AppContext.SetSwitch("OpenAI.Experimental.EnableOpenTelemetry", true);

    [Test]
    public async Task GetResponse_RecordedBySdkAndLibrary_IsOneGeneration()
    {
        await using ModelServer server = await ModelServer.StartAsync(ModelServer.Say("Hi."));
        await AgentJob.RunAsync(server, () => Recorded(AgentJob.Chat(server)).GetResponseAsync("Hello?"));

        AgentJob.AssertSame(server.Data("generation").Single(), """
            {"type":"generation","input":[{"role":"user","content":"Hello?"}],"output":[{"role":"assistant","content":"Hi."}],
             "model":"gpt-x","model_config":null,"usage":{"input_tokens":40,"output_tokens":12}}
            """);
        JsonObject inner = server.Data("custom").Single(static data => (string?)data["name"] == "chat gpt-x");
        Assert.That(inner["data"]!.AsObject().Select(static member => member.Key), Has.None.Contains("usage"));
    }

    [Test]
    public async Task GetResponse_OfTheResponsesApi_IsAResponse()
    {
        await using ModelServer server = await ModelServer.StartAsync();
        await AgentJob.RunAsync(
            server, () => Recorded(AgentJob.Client(server).GetResponsesClient().AsIChatClient("gpt-x")).GetResponseAsync("Where?"));

        Assert.That(server.Data("response").Select(static data => (string?)data["response_id"]), Is.EqualTo(new[] { "resp_123" }));
        Assert.That(server.Data("generation"), Is.Empty);
    }

    [Test]
    public async Task GetText_OfAudio_IsATranscription()
    {
        await using ModelServer server = await ModelServer.StartAsync();
        await AgentJob.RunAsync(server, async () =>
        {
            using ISpeechToTextClient client = new SpeechToText().AsBuilder()
                .UseOpenTelemetry(configure: static telemetry => telemetry.EnableSensitiveData = true).Build();
            using var audio = new MemoryStream([1, 2, 3]);
            await client.GetTextAsync(audio);
        });

        AgentJob.AssertSame(
            server.Data("transcription").Single(),
            """{"type":"transcription","input":{"data":"","format":"pcm"},"output":"hello","model":"stt-1","model_config":null}""");
    }

    private static IChatClient Recorded(IChatClient client) =>
        client.AsBuilder().UseOpenTelemetry(configure: static telemetry => telemetry.EnableSensitiveData = true).Build();

    private sealed class SpeechToText : ISpeechToTextClient
    {
        public Task<SpeechToTextResponse> GetTextAsync(
            Stream audioSpeechStream, SpeechToTextOptions? options = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(new SpeechToTextResponse("hello") { ModelId = "stt-1" });

        public async IAsyncEnumerable<SpeechToTextResponseUpdate> GetStreamingTextAsync(
            Stream audioSpeechStream,
            SpeechToTextOptions? options = null,
            [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await Task.CompletedTask;
            yield break;
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
