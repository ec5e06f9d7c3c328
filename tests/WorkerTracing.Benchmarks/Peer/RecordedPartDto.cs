using System.Text.Json.Serialization;

namespace WorkerTracing.Benchmarks.Peer;

internal sealed record RecordedPartDto(
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("content")] string Content);
