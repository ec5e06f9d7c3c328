using System.Globalization;
using System.Text;

namespace WorkerTracing;

/// <summary>Ends the item of a span whose process ended before it did.</summary>
internal static class AbandonedSpan
{
    private const string SpanData = ",\"span_data\":";
    private const string CustomData = SpanData + "{\"type\":\"custom\"";
    private const string CustomDataEnd = "}},\"error\":";
    private const string NoError = "null";

    private const string Error =
        "{\"message\":\"The process ended before the span did.\",\"data\":{\"type\":\"" + SpanAttributes.Abandoned + "\"}}";

    private const string Outcome = "\"" + SpanAttributes.Result + "\":\"" + SpanAttributes.Error + "\",\""
        + SpanAttributes.ErrorType + "\":\"" + SpanAttributes.Abandoned + "\"";

    /// <summary>Returns the record of the span as it has ended.</summary>
    /// <param name="open">The record of the span as it was open, with its start time as its end time.</param>
    /// <param name="ended">The end of the span. An earlier time than its start counts as its start.</param>
    public static IngestRecord Close(in IngestRecord open, DateTimeOffset ended)
    {
        ReadOnlySpan<byte> item = open.SpanItems.Span;
        string head = Encoding.UTF8.GetString(item[..open.EndTimeAt]);
        string middle = Encoding.UTF8.GetString(item[open.EndTimeAt..open.ErrorAt]);
        string tail = Encoding.UTF8.GetString(item[open.ErrorAt..]);
        int dataAt = middle.IndexOf(SpanData, StringComparison.Ordinal);
        if (dataAt < 0)
            return open;
        string error = tail.StartsWith(NoError, StringComparison.Ordinal) ? Error + tail[NoError.Length..] : tail;
        return open with { SpanItems = Encoding.UTF8.GetBytes(head + EndTime(middle[..dataAt], ended) + Data(middle[dataAt..]) + error) };
    }

    private static string EndTime(string started, DateTimeOffset ended)
    {
        if (DateTimeOffset.TryParse(started.Trim('"'), CultureInfo.InvariantCulture, out DateTimeOffset start) && ended <= start)
            return started;
        using var buffer = new Utf8Buffer();
        WireFormat.WriteTime(buffer, ended.UtcDateTime);
        return Encoding.UTF8.GetString(buffer.Written);
    }

    /// <summary>Adds the outcome to the attributes, where the span is sent with its attributes.</summary>
    private static string Data(string data)
    {
        if (!data.StartsWith(CustomData, StringComparison.Ordinal) || !data.EndsWith(CustomDataEnd, StringComparison.Ordinal))
            return data;
        string attributes = data[..^CustomDataEnd.Length];
        return attributes + (attributes.EndsWith('{') ? "" : ",") + Outcome + CustomDataEnd;
    }
}
