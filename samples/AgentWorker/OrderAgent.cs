using System.Diagnostics;
using System.Text.Json;
using OpenAI.Chat;

namespace AgentWorker;

/// <summary>
/// A small agent: it asks the model, runs the tools that the model calls, and asks again until there is an answer. The SDK emits the
/// spans of the chats; those of the agent and its tools are made here, after OpenTelemetry's conventions.
/// </summary>
internal sealed class OrderAgent(ChatClient chat)
{
    public const string SourceName = "AgentWorker";

    private const string Name = "Order desk";
    private const int MostTurns = 5;

    private static readonly ActivitySource Source = new(SourceName);

    private static readonly ChatCompletionOptions Options = new()
    {
        Temperature = 0.2f,
        Tools =
        {
            ChatTool.CreateFunctionTool(
                "lookup_order",
                "Says where an order is.",
                BinaryData.FromString("""{"type":"object","properties":{"id":{"type":"integer"}},"required":["id"]}""")),
        },
    };

    public async Task<string> AnswerAsync(string question, CancellationToken cancellationToken)
    {
        using Activity? run = Source.StartActivity($"invoke_agent {Name}");
        run?.SetTag("gen_ai.operation.name", "invoke_agent");
        run?.SetTag("gen_ai.agent.name", Name);
        run?.SetTag("gen_ai.tool.definitions", """[{"type":"function","name":"lookup_order"}]""");

        List<ChatMessage> messages = [new SystemChatMessage("You answer questions about orders, in one sentence."), new UserChatMessage(
            question)];
        for (int turn = 0; turn < MostTurns; turn++)
        {
            ChatCompletion completion = await chat.CompleteChatAsync(messages, Options, cancellationToken);
            if (completion.FinishReason != ChatFinishReason.ToolCalls)
                return completion.Content[0].Text;
            messages.Add(new AssistantChatMessage(completion));
            foreach (ChatToolCall call in completion.ToolCalls)
                messages.Add(new ToolChatMessage(call.Id, Execute(call)));
        }
        return "I could not find out.";
    }

    private static string Execute(ChatToolCall call)
    {
        using Activity? execution = Source.StartActivity($"execute_tool {call.FunctionName}");
        execution?.SetTag("gen_ai.operation.name", "execute_tool");
        execution?.SetTag("gen_ai.tool.name", call.FunctionName);
        execution?.SetTag("gen_ai.tool.call.id", call.Id);
        execution?.SetTag("gen_ai.tool.call.arguments", call.FunctionArguments.ToString());

        using var arguments = JsonDocument.Parse(call.FunctionArguments);
        string result = $"Order {arguments.RootElement.GetProperty("id")} was shipped yesterday.";
        execution?.SetTag("gen_ai.tool.call.result", result);
        return result;
    }
}
