namespace WorkerTracing;

/// <summary>The places of a chat API message that a part of a message belongs to.</summary>
internal enum MessagePartKind
{
    Content,
    Reasoning,
    ToolCall,
    ToolResponse,
}
