using System.Diagnostics;
using System.Globalization;

namespace WorkerTracing;

/// <summary>Writes ids and times in the form of the Traces dashboard.</summary>
internal static class WireFormat
{
    /// <summary>Writes <c>trace_</c> and the 32 hex digits of the W3C trace id.</summary>
    public static void WriteTraceId(Utf8Buffer output, ActivityTraceId id)
    {
        output.Write("\"trace_"u8);
        output.Write(id.ToHexString());
        output.Write((byte)'"');
    }

    /// <summary>
    /// Writes <c>span_</c> and 24 hex digits: eight zeros and the 16 digits of the W3C span id. The last 16 digits find the span in every
    /// other backend.
    /// </summary>
    public static void WriteSpanId(Utf8Buffer output, ActivitySpanId id)
    {
        output.Write("\"span_00000000"u8);
        output.Write(id.ToHexString());
        output.Write((byte)'"');
    }

    /// <summary>
    /// Writes the id of a span that is derived from another one: like that one's, but with a 1 before its 16 digits. The same at each
    /// export.
    /// </summary>
    public static void WriteDerivedSpanId(Utf8Buffer output, ActivitySpanId id)
    {
        output.Write("\"span_00000001"u8);
        output.Write(id.ToHexString());
        output.Write((byte)'"');
    }

    /// <summary>
    /// Writes ISO 8601 with offset and microseconds, without the microseconds where they are zero, like Python's <c>isoformat()</c>.
    /// </summary>
    public static void WriteTime(Utf8Buffer output, DateTime utc)
    {
        // The runtime has a fast path for the round-trip format. It parses a custom format at each call.
        Span<byte> text = output.GetSpan(40);
        text[0] = (byte)'"';
        utc.TryFormat(text[1..], out _, "O", CultureInfo.InvariantCulture);
        bool whole = utc.Ticks % TimeSpan.TicksPerSecond < TimeSpan.TicksPerMicrosecond;
        int length = whole ? "\"2026-01-02T03:04:05".Length : "\"2026-01-02T03:04:05.123456".Length;
        "+00:00\""u8.CopyTo(text[length..]);
        output.Advance(length + "+00:00\"".Length);
    }
}
