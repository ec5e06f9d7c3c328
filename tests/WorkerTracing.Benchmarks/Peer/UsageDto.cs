using System.Text.Json.Serialization;

namespace WorkerTracing.Benchmarks.Peer;

internal sealed record UsageDto(
    [property: JsonPropertyName("input_tokens")] int InputTokens,
    [property: JsonPropertyName("output_tokens")] int OutputTokens);
