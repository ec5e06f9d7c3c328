using System.Text.Json;
using System.Text.RegularExpressions;

namespace WorkerTracing.Faults;

/// <summary>Reads a request to the ingest endpoint of the OpenAI Traces dashboard, and takes nothing for granted.</summary>
internal static partial class IngestBody
{
    /// <summary>The endpoint's limit on a span's input and on its output, in bytes of JSON.</summary>
    private const int FieldLimit = 100_000;

    /// <summary>Text of JSON in an attribute may be deep; the exporter lets 1000 levels through.</summary>
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 1100 };

    private static readonly string[] SpanTypes = ["agent", "function", "generation", "custom"];

    /// <returns>The number of spans.</returns>
    /// <exception cref="FormatException">The body is not what the endpoint takes.</exception>
    /// <exception cref="JsonException">The body is no JSON.</exception>
    public static int Read(byte[] body)
    {
        using var document = JsonDocument.Parse(body, Strict);
        int spans = 0;
        foreach (JsonElement item in document.RootElement.GetProperty("data").EnumerateArray())
        {
            if (item.GetProperty("object").GetString() == "trace.span")
            {
                ReadSpan(item);
                spans++;
            }
            else
            {
                ReadTrace(item);
            }
        }

        return spans;
    }

    private static void ReadTrace(JsonElement item)
    {
        Check(item.GetProperty("object").GetString() == "trace", "object", item);
        Check(TraceId().IsMatch(item.GetProperty("id").GetString()!), "id", item);
        Check(item.GetProperty("workflow_name").ValueKind == JsonValueKind.String, "workflow_name", item);
        Check(item.GetProperty("group_id").ValueKind is JsonValueKind.String or JsonValueKind.Null, "group_id", item);
        Check(item.GetProperty("metadata").ValueKind is JsonValueKind.Object or JsonValueKind.Null, "metadata", item);
    }

    private static void ReadSpan(JsonElement item)
    {
        Check(SpanId().IsMatch(item.GetProperty("id").GetString()!), "id", item);
        Check(TraceId().IsMatch(item.GetProperty("trace_id").GetString()!), "trace_id", item);
        JsonElement parent = item.GetProperty("parent_id");
        Check(parent.ValueKind == JsonValueKind.Null || SpanId().IsMatch(parent.GetString()!), "parent_id", item);
        Check(item.GetProperty("started_at").TryGetDateTimeOffset(out _), "started_at", item);
        Check(item.GetProperty("ended_at").TryGetDateTimeOffset(out _), "ended_at", item);
        Check(item.GetProperty("error").ValueKind is JsonValueKind.Object or JsonValueKind.Null, "error", item);
        JsonElement data = item.GetProperty("span_data");
        Check(SpanTypes.Contains(data.GetProperty("type").GetString()), "span_data.type", item);
        CheckSize(data, "input");
        CheckSize(data, "output");
    }

    private static void CheckSize(JsonElement data, string field)
    {
        if (data.TryGetProperty(field, out JsonElement value) && System.Text.Encoding.UTF8.GetByteCount(value.GetRawText()) > FieldLimit)
            throw new FormatException($"{field} has {value.GetRawText().Length} characters.");
    }

    private static void Check(bool valid, string member, JsonElement item)
    {
        if (!valid)
            throw new FormatException($"{member} is malformed in {item.GetRawText()[..Math.Min(1000, item.GetRawText().Length)]}");
    }

    [GeneratedRegex("^trace_[0-9a-f]{32}$")]
    private static partial Regex TraceId();

    [GeneratedRegex("^span_[0-9a-f]{24}$")]
    private static partial Regex SpanId();
}
