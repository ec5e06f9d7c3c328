using System.Text.Json.Serialization;

namespace WorkerTracing.Benchmarks.Peer;

[JsonSerializable(typeof(SpanItemDto<CustomDto>))]
[JsonSerializable(typeof(SpanItemDto<GenerationDto>))]
[JsonSerializable(typeof(RecordedMessageDto[]))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(double))]
[JsonSerializable(typeof(bool))]
internal sealed partial class PeerJson : JsonSerializerContext;
