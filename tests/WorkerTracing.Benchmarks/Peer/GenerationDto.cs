using System.Text.Json.Serialization;

namespace WorkerTracing.Benchmarks.Peer;

internal sealed record GenerationDto(
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("input")] ChatMessageDto[] Input,
    [property: JsonPropertyName("output")] ChatMessageDto[] Output,
    [property: JsonPropertyName("model")] string Model,
    [property: JsonPropertyName("model_config")] Dictionary<string, object?> ModelConfig,
    [property: JsonPropertyName("usage")] UsageDto Usage);
