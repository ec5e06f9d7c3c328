using System.Globalization;
using System.Text.Json;
using WorkerTracing.Testing;

namespace WorkerTracing.Faults;

/// <summary>
/// What differs between the exporters and protocols: the address that they are given, and where the span ids are in what they post.
/// </summary>
/// <param name="Exporter">Its name.</param>
/// <param name="Title">Its name in the tables.</param>
/// <param name="Endpoint">What is given after the host: OTLP adds its own path to it.</param>
/// <param name="Slots">How many exports of it may be in flight.</param>
/// <param name="ReadSpans">The ids of the spans in a body.</param>
internal sealed record Protocol(string Exporter, string Title, string Endpoint, int Slots, Func<byte[], IReadOnlyList<ulong>> ReadSpans)
{
    public static Protocol Otlp { get; } = new("otlp", "OTLP over HTTP", "", 4, ReadOtlp);

    public static Protocol OtlpGrpc { get; } = new("otlp-grpc", "OTLP over gRPC", "", 4, ReadOtlp) { IsGrpc = true };

    public static Protocol OpenAI { get; } = new("openai", "the OpenAI exporter", "v1/traces/ingest?token=" + Secrets.Query, 4, ReadItems);

    public static IReadOnlyList<Protocol> All { get; } = [Otlp, OtlpGrpc, OpenAI];

    public bool IsGrpc { get; init; }

    public bool IsOtlp => this != OpenAI;

    public override string ToString() => Exporter;

    private static List<ulong> ReadOtlp(byte[] body) => [.. OtlpSpan.ReadRequest(body).Select(static span => IdOf(span.SpanId))];

    private static List<ulong> ReadItems(byte[] body)
    {
        var spans = new List<ulong>();
        using var document = JsonDocument.Parse(body);
        foreach (JsonElement item in document.RootElement.GetProperty("data").EnumerateArray())
        {
            if (item.GetProperty("object").GetString() == "trace.span")
                spans.Add(IdOf(item.GetProperty("id").GetString()![^16..]));
        }

        return spans;
    }

    private static ulong IdOf(string hex) => ulong.Parse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
