using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace WorkerTracing.Benchmarks.Peer;

/// <summary>Writes spans by way of objects and <see cref="JsonSerializer"/>, into one buffer that is reused.</summary>
internal sealed class SerializerPeer : IDisposable
{
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly Utf8JsonWriter _writer;
    private readonly JsonSerializerOptions _options;

    /// <param name="sourceGenerated">Whether the serializer's code is generated at build time, or reflects.</param>
    public SerializerPeer(bool sourceGenerated)
    {
        _options = new JsonSerializerOptions
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            TypeInfoResolver = sourceGenerated ? PeerJson.Default : new DefaultJsonTypeInfoResolver(),
        };
        _writer = new Utf8JsonWriter(_buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    public ReadOnlySpan<byte> Written => _buffer.WrittenSpan;

    public void Clear() => _buffer.ResetWrittenCount();

    public void Add(Activity span)
    {
        if (span.GetTagItem(GenAI.Operation) is null)
            Write(Item(span, new CustomDto("custom", span.DisplayName, span.TagObjects.ToDictionary())));
        else
            Write(Item(span, Generation(span)));
    }

    public void Dispose() => _writer.Dispose();

    private void Write<TData>(SpanItemDto<TData> item)
    {
        _writer.Reset(_buffer);
        JsonSerializer.Serialize(_writer, item, (JsonTypeInfo<SpanItemDto<TData>>)_options.GetTypeInfo(typeof(SpanItemDto<TData>)));
    }

    private static SpanItemDto<TData> Item<TData>(Activity span, TData data) => new(
        "trace.span",
        $"span_00000000{span.SpanId.ToHexString()}",
        $"trace_{span.TraceId.ToHexString()}",
        span.Parent is { } parent ? $"span_00000000{parent.SpanId.ToHexString()}" : null,
        Time(span.StartTimeUtc),
        Time(span.StartTimeUtc + span.Duration),
        data,
        null);

    private GenerationDto Generation(Activity span)
    {
        var config = new Dictionary<string, object?>();
        foreach ((string name, object? value) in span.TagObjects)
        {
            if (name.StartsWith(GenAI.RequestPrefix, StringComparison.Ordinal) && name != GenAI.RequestModel)
                config[name[GenAI.RequestPrefix.Length..]] = value;
        }

        return new GenerationDto(
            "generation",
            Messages(span, GenAI.InputMessages),
            Messages(span, GenAI.OutputMessages),
            (string)span.GetTagItem(GenAI.RequestModel)!,
            config,
            new UsageDto((int)span.GetTagItem(GenAI.InputTokens)!, (int)span.GetTagItem(GenAI.OutputTokens)!));
    }

    private ChatMessageDto[] Messages(Activity span, string attribute)
    {
        var typeInfo = (JsonTypeInfo<RecordedMessageDto[]>)_options.GetTypeInfo(typeof(RecordedMessageDto[]));
        return Array.ConvertAll(
            JsonSerializer.Deserialize((string)span.GetTagItem(attribute)!, typeInfo)!,
            static message => new ChatMessageDto(message.Role, message.Parts[0].Content));
    }

    private static string Time(DateTime utc) => utc.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'+00:00'", CultureInfo.InvariantCulture);
}
