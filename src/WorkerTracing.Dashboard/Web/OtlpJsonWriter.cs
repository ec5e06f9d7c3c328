using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace WorkerTracing;

/// <summary>Writes a trace in OTLP's JSON encoding (OpenTelemetry protocol specification, "JSON Protobuf Encoding").</summary>
internal static class OtlpJsonWriter
{
    public static void Write(Utf8JsonWriter json, TraceSnapshot trace)
    {
        json.WriteStartObject();
        json.WriteStartArray("resourceSpans");
        json.WriteStartObject();
        json.WriteStartObject("resource");
        json.WriteEndObject();
        json.WriteStartArray("scopeSpans");
        foreach (IGrouping<string, SpanRecord> scope in trace.Spans.GroupBy(static span => span.Source))
        {
            json.WriteStartObject();
            json.WriteStartObject("scope");
            json.WriteString("name", scope.Key);
            json.WriteEndObject();
            json.WriteStartArray("spans");
            foreach (SpanRecord span in scope)
                Write(json, trace.TraceId, span);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ActivityTraceId traceId, SpanRecord span)
    {
        json.WriteStartObject();
        json.WriteString("traceId", traceId.ToHexString());
        json.WriteString("spanId", span.SpanId.ToHexString());
        if (span.ParentSpanId != default)
            json.WriteString("parentSpanId", span.ParentSpanId.ToHexString());
        if (span.TraceState is { Length: > 0 } state)
            json.WriteString("traceState", state);
        json.WriteString("name", span.Name);
        json.WriteNumber("kind", (int)span.Kind + 1);
        json.WriteString("startTimeUnixNano", UnixNano(span.Start));
        json.WriteString("endTimeUnixNano", UnixNano(span.Start + span.Duration));
        WriteAttributes(json, span.Attributes);
        json.WriteStartArray("events");
        foreach (SpanEvent item in span.Events)
        {
            json.WriteStartObject();
            json.WriteString("timeUnixNano", UnixNano(item.Time));
            json.WriteString("name", item.Name);
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
            WriteAttributes(json, link.Attributes);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("status");
        if (span.Status != ActivityStatusCode.Unset)
            json.WriteNumber("code", (int)span.Status);
        if (span.StatusDescription is { } description)
            json.WriteString("message", description);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string UnixNano(DateTime time) =>
        ((time - DateTime.UnixEpoch).Ticks * 100).ToString(CultureInfo.InvariantCulture);

    private static void WriteAttributes(Utf8JsonWriter json, KeyValuePair<string, object?>[] attributes)
    {
        json.WriteStartArray("attributes");
        foreach ((string key, object? value) in attributes)
        {
            json.WriteStartObject();
            json.WriteString("key", key);
            json.WriteStartObject("value");
            switch (value)
            {
                case null:
                    break;
                case bool flag:
                    json.WriteBoolean("boolValue", flag);
                    break;
                case long number:
                    json.WriteString("intValue", number.ToString(CultureInfo.InvariantCulture));
                    break;
                case double number when double.IsFinite(number):
                    json.WriteNumber("doubleValue", number);
                    break;
                case double number: // the protobuf JSON mapping writes these as text
                    json.WriteString("doubleValue", number.ToString(CultureInfo.InvariantCulture));
                    break;
                default:
                    json.WriteString("stringValue", value.ToString());
                    break;
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
