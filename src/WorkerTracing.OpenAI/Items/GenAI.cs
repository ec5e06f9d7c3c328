namespace WorkerTracing;

/// <summary>
/// Attribute and event names of OpenTelemetry's semantic conventions for generative AI: version 1.41, version 1.36 (still emitted by
/// most instrumentations), and a few older names.
/// </summary>
internal static class GenAI
{
    public const string Operation = "gen_ai.operation.name";
    public const string RequestModel = "gen_ai.request.model";
    public const string ResponseModel = "gen_ai.response.model";
    public const string ResponseId = "gen_ai.response.id";
    public const string FinishReasons = "gen_ai.response.finish_reasons";
    public const string TimeToFirstChunk = "gen_ai.response.time_to_first_chunk";
    public const string ConversationId = "gen_ai.conversation.id";
    public const string OutputType = "gen_ai.output.type";
    public const string Provider = "gen_ai.provider.name";
    public const string OldProvider = "gen_ai.system";
    public const string OpenAIApi = "openai.api.type";

    public const string Prefix = "gen_ai.";
    public const string RequestPrefix = "gen_ai.request.";
    public const string OpenAIRequestPrefix = "openai.request.";
    public const string OldOpenAIRequestPrefix = "gen_ai.openai.request.";

    public const string UsagePrefix = "gen_ai.usage.";
    public const string InputTokens = "gen_ai.usage.input_tokens";
    public const string OutputTokens = "gen_ai.usage.output_tokens";
    public const string OldInputTokens = "gen_ai.usage.prompt_tokens";
    public const string OldOutputTokens = "gen_ai.usage.completion_tokens";
    public const string CacheReadTokens = "gen_ai.usage.cache_read.input_tokens";
    public const string CacheCreationTokens = "gen_ai.usage.cache_creation.input_tokens";
    public const string ReasoningTokens = "gen_ai.usage.reasoning.output_tokens";

    public const string SystemInstructions = "gen_ai.system_instructions";
    public const string InputMessages = "gen_ai.input.messages";
    public const string OutputMessages = "gen_ai.output.messages";
    public const string OldPrompt = "gen_ai.prompt";
    public const string OldCompletion = "gen_ai.completion";

    public const string AgentName = "gen_ai.agent.name";
    public const string ToolDefinitions = "gen_ai.tool.definitions";
    public const string ToolName = "gen_ai.tool.name";
    public const string ToolArguments = "gen_ai.tool.call.arguments";
    public const string ToolResult = "gen_ai.tool.call.result";

    public const string McpPrefix = "mcp.";
    public const string McpMethod = "mcp.method.name";
    public const string McpServer = "mcp.server.name";
    public const string OldMcpServer = "mcp.server";
    public const string ServerAddress = "server.address";

    public const string InferenceDetailsEvent = "gen_ai.client.inference.operation.details";
    public const string SystemMessageEvent = "gen_ai.system.message";
    public const string UserMessageEvent = "gen_ai.user.message";
    public const string AssistantMessageEvent = "gen_ai.assistant.message";
    public const string ToolMessageEvent = "gen_ai.tool.message";
    public const string ChoiceEvent = "gen_ai.choice";
    public const string EventBody = "gen_ai.event.content";

    /// <summary>
    /// Returns true if the attribute holds content: messages, prompts, tool arguments and results, retrieved or remembered documents,
    /// job arguments, workflow messages, and exception texts.
    /// </summary>
    public static bool IsContent(string attribute) => attribute is
            SystemInstructions or InputMessages or OutputMessages or OldPrompt or OldCompletion
            or ToolArguments or ToolResult or EventBody
            or "gen_ai.retrieval.query.text" or "gen_ai.retrieval.documents" or "gen_ai.memory.query.text" or "gen_ai.memory.records"
            or "gen_ai.evaluation.explanation"
            or "executor.input" or "executor.output" or "message.content"
            or "error.message" or "exception.message" or "exception.stacktrace"
        || attribute.StartsWith(SpanAttributes.ArgumentPrefix, StringComparison.Ordinal)
        || attribute.StartsWith("gen_ai.prompt.", StringComparison.Ordinal)
        || attribute.StartsWith("gen_ai.completion.", StringComparison.Ordinal);

    /// <summary>Returns true if the attribute holds a list of messages.</summary>
    public static bool IsMessages(string attribute) => attribute is InputMessages or OutputMessages or OldPrompt or OldCompletion;
}
