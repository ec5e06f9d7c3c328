using System.Diagnostics;
using Google.Protobuf;

namespace WorkerTracing.Testing;

/// <summary>The parts of a span received over OTLP that tests look at.</summary>
public sealed record OtlpSpan(string TraceId, string SpanId, string Name)
{
    private ByteString Message { get; init; } = ByteString.Empty;

    private ByteString Resource { get; init; } = ByteString.Empty;

    /// <summary>The <c>service.name</c> of its resource; null where it has none.</summary>
    public string? Service => Fields(Resource, 1)
        .Where(static attribute => Fields(attribute, 1).Single().ToStringUtf8() == "service.name")
        .Select(static attribute => Value(Fields(attribute, 2).Single()) as string).SingleOrDefault();

    /// <summary>Empty where it has none.</summary>
    public string ParentSpanId => Convert.ToHexStringLower((Fields(Message, 4).SingleOrDefault() ?? ByteString.Empty).Span);

    /// <summary>Texts, truth values and numbers as such; lists and maps as their bytes.</summary>
    public IReadOnlyDictionary<string, object> Attributes =>
        Fields(Message, 9).ToDictionary(
            static attribute => Fields(attribute, 1).Single().ToStringUtf8(),
            static attribute => Value(Fields(attribute, 2).Single()));

    /// <summary>The span ids of the links, in their order.</summary>
    public IReadOnlyList<string> LinkedSpanIds =>
        [.. Fields(Message, 13).Select(static link => Convert.ToHexStringLower(Fields(link, 2).Single().Span))];

    /// <summary>The time from the start to the end. Of a field that comes twice, the last counts.</summary>
    public TimeSpan Duration => TimeSpan.FromTicks((long)(Fixed64(8) - Fixed64(7)) / TimeSpan.NanosecondsPerTick);

    /// <summary>The code of the status.</summary>
    public ActivityStatusCode StatusCode => Fields(Message, 15) is [.., var status] && HasCode(status, out int code)
        ? (ActivityStatusCode)code
        : ActivityStatusCode.Unset;

    /// <summary>
    /// Reads the spans of an ExportTraceServiceRequest of opentelemetry-proto: resource spans (field 1), scope spans (2), spans (2).
    /// </summary>
    public static IReadOnlyList<OtlpSpan> ReadRequest(byte[] body)
    {
        var spans = new List<OtlpSpan>();
        foreach (ByteString resource in Fields(ByteString.CopyFrom(body), 1))
        {
            ByteString described = Fields(resource, 1).SingleOrDefault() ?? ByteString.Empty;
            foreach (ByteString scope in Fields(resource, 2))
                spans.AddRange(Fields(scope, 2).Select(span => ReadSpan(span) with { Resource = described }));
        }

        return spans;
    }

    private static OtlpSpan ReadSpan(ByteString span) => new(
        Convert.ToHexStringLower(Fields(span, 1).Single().Span),
        Convert.ToHexStringLower(Fields(span, 2).Single().Span),
        Fields(span, 5).Single().ToStringUtf8())
    {
        Message = span,
    };

    private static bool HasCode(ByteString status, out int code)
    {
        code = 0;
        CodedInputStream input = status.CreateCodedInput();
        for (uint tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            if (WireFormat.GetTagFieldNumber(tag) == 3)
                code = input.ReadEnum();
            else
                input.SkipLastField();
        }

        return code != 0;
    }

    private ulong Fixed64(int field)
    {
        ulong value = 0;
        CodedInputStream input = Message.CreateCodedInput();
        for (uint tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            if (WireFormat.GetTagFieldNumber(tag) == field && WireFormat.GetTagWireType(tag) == WireFormat.WireType.Fixed64)
                value = input.ReadFixed64();
            else
                input.SkipLastField();
        }

        return value;
    }

    private static object Value(ByteString any)
    {
        CodedInputStream input = any.CreateCodedInput();
        return WireFormat.GetTagFieldNumber(input.ReadTag()) switch
        {
            1 => input.ReadString(),
            2 => input.ReadBool(),
            3 => input.ReadInt64(),
            4 => input.ReadDouble(),
            _ => any.ToByteArray(),
        };
    }

    private static List<ByteString> Fields(ByteString message, int field)
    {
        var found = new List<ByteString>();
        CodedInputStream input = message.CreateCodedInput();
        for (uint tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            if (WireFormat.GetTagFieldNumber(tag) == field && WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited)
                found.Add(input.ReadBytes());
            else
                input.SkipLastField();
        }

        return found;
    }
}
