using System.Text.Json;

namespace WorkerTracing;

/// <summary>Writes a trace for the waterfall.</summary>
internal static class TraceWriter
{
    public static void Write(Utf8JsonWriter json, TraceSnapshot trace)
    {
        json.WriteStartObject();
        json.WriteString("traceId", trace.TraceId.ToHexString());
        json.WriteNumber("endedSpans", trace.EndedSpans);
        json.WriteStartArray("jobs");
        foreach (JobRecord job in trace.Jobs)
            JobWriter.Write(json, job);
        json.WriteEndArray();
        json.WriteStartArray("spans");
        foreach (SpanRecord span in trace.Spans)
            Write(json, span);
        json.WriteEndArray();
        json.WriteStartArray("incoming");
        foreach (IncomingLink link in trace.Incoming)
        {
            json.WriteStartObject();
            json.WriteString("to", link.To.ToHexString());
            json.WriteString("traceId", link.TraceId.ToHexString());
            json.WriteString("spanId", link.From.SpanId.ToHexString());
            json.WriteString("name", link.From.Name);
            json.WriteString("relation", link.Relation);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, SpanRecord span)
    {
        json.WriteStartObject();
        json.WriteString("name", span.Name);
        json.WriteString("source", span.Source);
        json.WriteString("spanId", span.SpanId.ToHexString());
        json.WriteString("parentId", span.ParentSpanId.ToHexString());
        json.WriteString("kind", span.Kind.ToString());
        json.WriteNumber("start", Milliseconds(span.Start));
        json.WriteNumber("duration", span.Duration.TotalMilliseconds);
        json.WriteString("status", span.Status.ToString());
        json.WriteString("statusDescription", span.StatusDescription);
        WriteAttributes(json, span.Attributes);
        json.WriteStartArray("events");
        foreach (SpanEvent item in span.Events)
        {
            json.WriteStartObject();
            json.WriteString("name", item.Name);
            json.WriteNumber("time", Milliseconds(item.Time));
            WriteAttributes(json, item.Attributes);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("links");
        foreach (SpanLink link in span.Links)
        {
            json.WriteStartObject();
            json.WriteString("traceId", link.TraceId.ToHexString());
            json.WriteString("spanId", link.SpanId.ToHexString());
            json.WriteString("relation", link.Relation);
            WriteAttributes(json, link.Attributes);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Milliseconds since the Unix epoch, with their fraction.</summary>
    private static double Milliseconds(DateTime time) => (time - DateTime.UnixEpoch).TotalMilliseconds;

    private static void WriteAttributes(Utf8JsonWriter json, KeyValuePair<string, object?>[] attributes)
    {
        json.WriteStartArray("attributes");
        foreach ((string key, object? value) in attributes)
        {
            json.WriteStartArray();
            json.WriteStringValue(key);
            switch (value)
            {
                case null:
                    json.WriteNullValue();
                    break;
                case bool flag:
                    json.WriteBooleanValue(flag);
                    break;
                case long number:
                    json.WriteNumberValue(number);
                    break;
                case double number when double.IsFinite(number):
                    json.WriteNumberValue(number);
                    break;
                default:
                    json.WriteStringValue(value.ToString());
                    break;
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
    }
}
