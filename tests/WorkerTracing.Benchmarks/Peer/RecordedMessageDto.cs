using System.Text.Json.Serialization;

namespace WorkerTracing.Benchmarks.Peer;

/// <summary>A message as instrumentations record it: the text of an attribute.</summary>
internal sealed record RecordedMessageDto(
    [property: JsonPropertyName("role")] string Role,
    [property: JsonPropertyName("parts")] RecordedPartDto[] Parts);
