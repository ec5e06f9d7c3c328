using System.Text.Json.Serialization;

namespace WorkerTracing.Benchmarks.Peer;

internal sealed record CustomDto(
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("data")] Dictionary<string, object?> Data);
