using System.Globalization;
using System.Text;
using Google.Protobuf;

namespace WorkerTracing.Testing;

/// <summary>
/// The content of an <c>ExportTraceServiceRequest</c> as text: one line for each span, with its resource and scope, sorted. Two requests
/// with the same lines say the same, however their fields and spans are ordered and their lengths are written.
/// </summary>
public static class OtlpText
{
    private static readonly Message Any = new("any");
    private static readonly Message KeyValue = new("attribute") { [1] = Kind.Text, [2] = Any };
    private static readonly Message List = new("list") { [1] = Any };
    private static readonly Message KeyValueList = new("attributes") { [1] = KeyValue };
    private static readonly Message Resource = new("resource") { [1] = KeyValue };
    private static readonly Message Scope = new("scope") { [1] = Kind.Text, [2] = Kind.Text, [3] = KeyValue };
    private static readonly Message Event = new("event") { [2] = Kind.Text, [3] = KeyValue };
    private static readonly Message Link = new("link") { [3] = Kind.Text, [4] = KeyValue };
    private static readonly Message Status = new("status") { [2] = Kind.Text };

    private static readonly Message Span = new("span")
    {
        [3] = Kind.Text,
        [5] = Kind.Text,
        [9] = KeyValue,
        [11] = Event,
        [13] = Link,
        [15] = Status,
    };

    static OtlpText()
    {
        Any[1] = Kind.Text;
        Any[5] = List;
        Any[6] = KeyValueList;
    }

    public static IReadOnlyList<string> Lines(byte[] request)
    {
        var lines = new List<string>();
        foreach (ByteString resourceSpans in Fields(ByteString.CopyFrom(request), 1))
        {
            string resource = Text(Fields(resourceSpans, 1).Single(), Resource) + Schema(resourceSpans);
            foreach (ByteString scopeSpans in Fields(resourceSpans, 2))
            {
                string scope = Text(Fields(scopeSpans, 1).Single(), Scope) + Schema(scopeSpans);
                lines.AddRange(Fields(scopeSpans, 2).Select(span => $"{Text(span, Span)} of {scope} of {resource}"));
            }
        }

        lines.Sort(StringComparer.Ordinal);
        return lines;
    }

    /// <summary>Describes where two requests differ first. Null if they say the same.</summary>
    public static string? FirstDifference(IReadOnlyList<string> actual, IReadOnlyList<string> expected)
    {
        if (actual.Count != expected.Count)
            return $"{actual.Count} spans, and not {expected.Count}";
        for (int i = 0; i < actual.Count; i++)
        {
            int same = actual[i].AsSpan().CommonPrefixLength(expected[i]);
            if (same < Math.Max(actual[i].Length, expected[i].Length))
                return $"{Around(actual[i], same)}\n  and not\n{Around(expected[i], same)}";
        }

        return null;
    }

    private static string Around(string text, int position)
    {
        int start = Math.Max(0, position - 120);
        return text[start..Math.Min(text.Length, position + 120)];
    }

    private static string Schema(ByteString message) => Fields(message, 3).SingleOrDefault()?.ToStringUtf8() ?? "";

    private static IEnumerable<ByteString> Fields(ByteString message, int number)
    {
        CodedInputStream input = message.CreateCodedInput();
        for (uint tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            if (WireFormat.GetTagFieldNumber(tag) == number && WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited)
                yield return input.ReadBytes();
            else
                input.SkipLastField();
        }
    }

    private static string Text(ByteString message, Message schema)
    {
        var fields = new List<(int Number, string Text)>();
        CodedInputStream input = message.CreateCodedInput();
        for (uint tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            int number = WireFormat.GetTagFieldNumber(tag);
            string text = WireFormat.GetTagWireType(tag) switch
            {
                WireFormat.WireType.Varint => input.ReadUInt64().ToString(CultureInfo.InvariantCulture),
                WireFormat.WireType.Fixed64 => input.ReadFixed64().ToString("x16", CultureInfo.InvariantCulture),
                WireFormat.WireType.Fixed32 => input.ReadFixed32().ToString("x8", CultureInfo.InvariantCulture),
                _ => schema.Show(number, input.ReadBytes()),
            };

            // A status without a code and no status are the same.
            if (text != "status()" && text != "status(3=0)")
                fields.Add((number, text));
        }

        StringBuilder shown = new StringBuilder(schema.Name).Append('(');
        foreach ((int number, string text) in fields.OrderBy(static field => field.Number))
            shown.Append(CultureInfo.InvariantCulture, $"{(shown[^1] == '(' ? "" : " ")}{number}={text}");
        return shown.Append(')').ToString();
    }

    private abstract record Kind
    {
        public static readonly Kind Text = new TextKind();

        public abstract string Show(ByteString value);

        private sealed record TextKind : Kind
        {
            public override string Show(ByteString value) => $"'{value.ToStringUtf8()}'";
        }
    }

    private sealed record Message(string Name) : Kind
    {
        private readonly Dictionary<int, Kind> _fields = [];

        public Kind this[int number]
        {
            set => _fields[number] = value;
        }

        public string Show(int number, ByteString value) =>
            _fields.TryGetValue(number, out Kind? kind) ? kind.Show(value) : Convert.ToHexStringLower(value.Span);

        public override string Show(ByteString value) => OtlpText.Text(value, this);
    }
}
