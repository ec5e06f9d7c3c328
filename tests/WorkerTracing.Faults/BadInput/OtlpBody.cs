using System.Text.Unicode;
using Google.Protobuf;

namespace WorkerTracing.Faults;

/// <summary>
/// Reads an ExportTraceServiceRequest of opentelemetry-proto 1.x as strictly as a receiver may: no field that the protocol doesn't have, no
/// field of the wrong type, no text that isn't UTF-8, no id of the wrong length.
/// </summary>
internal static class OtlpBody
{
    private const string Text = "text";
    private const string Bytes = "bytes";
    private const string Number = "number";
    private const string Fixed64 = "fixed64";
    private const string Fixed32 = "fixed32";
    private const string TraceId = "trace id";
    private const string SpanId = "span id";

    /// <summary>The fields of each message by number: a scalar's type, or the message.</summary>
    private static readonly Dictionary<string, Dictionary<int, string>> Messages = new()
    {
        ["Request"] = new() { [1] = "ResourceSpans" },
        ["ResourceSpans"] = new() { [1] = "Resource", [2] = "ScopeSpans", [3] = Text },
        ["Resource"] = new() { [1] = "KeyValue", [2] = Number },
        ["ScopeSpans"] = new() { [1] = "Scope", [2] = "Span", [3] = Text },
        ["Scope"] = new() { [1] = Text, [2] = Text, [3] = "KeyValue", [4] = Number },
        ["Span"] = new()
        {
            [1] = TraceId,
            [2] = SpanId,
            [3] = Text,
            [4] = SpanId,
            [5] = Text,
            [6] = Number,
            [7] = Fixed64,
            [8] = Fixed64,
            [9] = "KeyValue",
            [10] = Number,
            [11] = "Event",
            [12] = Number,
            [13] = "Link",
            [14] = Number,
            [15] = "Status",
            [16] = Fixed32,
        },
        ["Event"] = new() { [1] = Fixed64, [2] = Text, [3] = "KeyValue", [4] = Number },
        ["Link"] = new() { [1] = TraceId, [2] = SpanId, [3] = Text, [4] = "KeyValue", [5] = Number, [6] = Fixed32 },
        ["Status"] = new() { [2] = Text, [3] = Number },
        ["KeyValue"] = new() { [1] = Text, [2] = "AnyValue" },
        ["AnyValue"] = new()
        {
            [1] = Text,
            [2] = Number,
            [3] = Number,
            [4] = Fixed64,
            [5] = "ArrayValue",
            [6] = "KeyValueList",
            [7] = Bytes
        },
        ["ArrayValue"] = new() { [1] = "AnyValue" },
        ["KeyValueList"] = new() { [1] = "KeyValue" },
    };

    /// <returns>The number of spans.</returns>
    /// <exception cref="FormatException">The body is malformed.</exception>
    public static int Read(byte[] body) => Read("Request", ByteString.CopyFrom(body));

    private static int Read(string message, ByteString content)
    {
        int spans = message == "Span" ? 1 : 0;
        CodedInputStream input = content.CreateCodedInput();
        for (uint tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            int field = WireFormat.GetTagFieldNumber(tag);
            if (!Messages[message].TryGetValue(field, out string? type))
                throw new FormatException($"{message} has no field {field}.");
            if (WireFormat.GetTagWireType(tag) != WireTypeOf(type))
                throw new FormatException($"Field {field} of {message} is sent as {WireFormat.GetTagWireType(tag)}.");
            if (WireTypeOf(type) == WireFormat.WireType.LengthDelimited)
                spans += ReadDelimited($"{message}.{field}", type, input.ReadBytes());
            else
                input.SkipLastField();
        }

        return spans;
    }

    private static int ReadDelimited(string field, string type, ByteString content)
    {
        if (Messages.ContainsKey(type))
            return Read(type, content);
        if (type == Text && !Utf8.IsValid(content.Span))
            throw new FormatException($"{field} is no UTF-8.");
        if ((type == TraceId && content.Length != 16) || (type == SpanId && content.Length != 8))
            throw new FormatException($"{field} is a {type} of {content.Length} bytes.");
        return 0;
    }

    private static WireFormat.WireType WireTypeOf(string type) => type switch
    {
        Number => WireFormat.WireType.Varint,
        Fixed64 => WireFormat.WireType.Fixed64,
        Fixed32 => WireFormat.WireType.Fixed32,
        _ => WireFormat.WireType.LengthDelimited,
    };
}
