using System.ComponentModel;
using Microsoft.Agents.AI;
using Microsoft.Agents.AI.Workflows;
using Microsoft.Extensions.AI;

namespace AgentWorker;

/// <summary>Two agents of the Agent Framework: one decides who answers, the other looks orders up.</summary>
internal sealed class OrderDesk(IChatClient chat)
{
    public async Task<string> AnswerAsync(string question, CancellationToken cancellationToken)
    {
        AIAgent triage = CreateAgent("Triage", "You decide who answers the customer, and hand over.");
        AIAgent orders = CreateAgent(
            "Orders",
            "You answer questions about orders, in one sentence.",
            AIFunctionFactory.Create(LookUpOrder, "lookup_order"));
        Workflow workflow = AgentWorkflowBuilder.CreateHandoffBuilderWith(triage)
            .WithHandoff(triage, orders, "Questions about orders")
            .Build();

        List<ChatMessage> messages = [new(ChatRole.User, question)];
        await using StreamingRun run = await InProcessExecution.RunStreamingAsync(workflow, messages, cancellationToken: cancellationToken);
        await run.TrySendMessageAsync(new TurnToken(emitEvents: false));
        string? answer = null;
        await foreach (WorkflowEvent step in run.WatchStreamAsync(cancellationToken))
        {
            if (step is WorkflowOutputEvent { Data: List<ChatMessage> conversation })
                answer = conversation[^1].Text.Trim();
        }

        return answer ?? "I could not find out.";
    }

    [Description("Says where an order is.")]
    private static string LookUpOrder(int id) => $"Order {id} was shipped yesterday.";

    private ChatClientAgent CreateClientAgent(string name, string instructions, params AITool[] tools) => new(
        chat,
        new ChatClientAgentOptions
        {
            Id = name,
            Name = name,
            ChatOptions = new ChatOptions { Instructions = instructions, Tools = [.. tools], Temperature = 0.2f },
        });

    /// <summary>Records the agent with its messages, tool arguments and results.</summary>
    private AIAgent CreateAgent(string name, string instructions, params AITool[] tools) => CreateClientAgent(name, instructions, tools)
        .AsBuilder()
        .UseOpenTelemetry(configure: static telemetry => telemetry.EnableSensitiveData = true)
        .Build();
}
