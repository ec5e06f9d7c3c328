using System.Text.Json.Nodes;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.ChatCompletion;
using Microsoft.SemanticKernel.Connectors.OpenAI;

namespace WorkerTracing.Agents.Tests;

public sealed class SemanticKernelTests
{
    [OneTimeSetUp]
    public static void EnableContent() =>
        AppContext.SetSwitch("Microsoft.SemanticKernel.Experimental.GenAI.EnableOTelDiagnosticsSensitive", true);

    [Test]
    public async Task GetChatMessage_WithAFunction_TakesTheChatApisForm()
    {
        await using ModelServer server = await ModelServer.StartAsync(
            ModelServer.Call(("Orders-lookup", """{"id":42}""")), ModelServer.Say("Shipped."));
        await AgentJob.RunAsync(server, async () =>
        {
            IKernelBuilder builder = Kernel.CreateBuilder();
            builder.AddOpenAIChatCompletion("gpt-x", AgentJob.Client(server));
            KernelFunction lookup = KernelFunctionFactory.CreateFromMethod(static (int id) => new Order(id), "lookup");
            builder.Plugins.AddFromFunctions("Orders", [lookup]);
            Kernel kernel = builder.Build();
            var history = new ChatHistory("Be brief.");
            history.AddUserMessage("Where is 42?");
            await kernel.GetRequiredService<IChatCompletionService>().GetChatMessageContentsAsync(
                history, new OpenAIPromptExecutionSettings { FunctionChoiceBehavior = FunctionChoiceBehavior.Auto() }, kernel);
        });

        AgentJob.AssertSame(server.Data("generation")[^1]["input"], """
            [{"role":"system","content":"Be brief."},{"role":"user","content":"Where is 42?"},
             {"role":"assistant","content":null,"tool_calls":[
               {"id":"call_1","type":"function","function":{"name":"lookup","arguments":"{\"id\":\"42\"}"}}]},
             {"role":"tool","content":"{\"Id\":42}"}]
            """);
        AgentJob.AssertSame(server.Data("generation")[^1]["output"], """[{"role":"assistant","content":"Shipped."}]""");
        JsonObject function = server.Data("function").Single();
        AgentJob.AssertSame(function["input"], "\"{\\\"id\\\":\\\"42\\\"}\"");
        AgentJob.AssertSame(function["output"], "\"{\\\"id\\\":42}\"");
    }

    private sealed record Order(int Id);
}
