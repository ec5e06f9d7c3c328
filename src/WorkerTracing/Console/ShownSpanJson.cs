using System.Text.Json.Serialization;

namespace WorkerTracing;

/// <summary>The form of a <see cref="ShownSpan"/> in the flight recorder.</summary>
[JsonSerializable(typeof(ShownSpan))]
internal sealed partial class ShownSpanJson : JsonSerializerContext;
