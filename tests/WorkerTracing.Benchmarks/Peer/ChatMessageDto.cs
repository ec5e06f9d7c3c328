using System.Text.Json.Serialization;

namespace WorkerTracing.Benchmarks.Peer;

internal sealed record ChatMessageDto(
    [property: JsonPropertyName("role")] string Role,
    [property: JsonPropertyName("content")] string Content);
