using System.Text.Json.Serialization;

namespace WorkerTracing.Benchmarks.Peer;

/// <summary>A span as the Traces dashboard takes it, made the usual way: an object of the wire's shape for a serializer.</summary>
internal sealed record SpanItemDto<TData>(
    [property: JsonPropertyName("object")] string Object,
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("trace_id")] string TraceId,
    [property: JsonPropertyName("parent_id")] string? ParentId,
    [property: JsonPropertyName("started_at")] string StartedAt,
    [property: JsonPropertyName("ended_at")] string EndedAt,
    [property: JsonPropertyName("span_data")] TData SpanData,
    [property: JsonPropertyName("error")] object? Error);
