using System.Diagnostics;
using System.Globalization;

namespace WorkerTracing;

/// <summary>Ids and times in the form of the Traces dashboard.</summary>
internal static class WireFormat
{
    /// <summary><c>trace_</c> and the 32 hex digits of the W3C trace id.</summary>
    public static void WriteTraceId(Utf8Buffer output, ActivityTraceId id)
    {
        output.Write("\"trace_"u8);
        output.Write(id.ToHexString());
        output.Write((byte)'"');
    }

    /// <summary>
    /// <c>span_</c> and 24 hex digits: eight zeros and the 16 of the W3C span id. So an id of the dashboard is found in every
    /// other backend by its last 16 digits.
    /// </summary>
    public static void WriteSpanId(Utf8Buffer output, ActivitySpanId id)
    {
        output.Write("\"span_00000000"u8);
        output.Write(id.ToHexString());
        output.Write((byte)'"');
    }

    /// <summary>ISO 8601 with offset and microseconds, which are left out when they are zero: Python's <c>isoformat()</c>.</summary>
    public static void WriteTime(Utf8Buffer output, DateTime utc)
    {
        // The round-trip format has a writer of its own in the runtime; a custom format is read anew each time.
        Span<byte> text = output.GetSpan(40);
        text[0] = (byte)'"';
        utc.TryFormat(text[1..], out _, "O", CultureInfo.InvariantCulture);
        bool whole = utc.Ticks % TimeSpan.TicksPerSecond < TimeSpan.TicksPerMicrosecond;
        int length = whole ? "\"2026-01-02T03:04:05".Length : "\"2026-01-02T03:04:05.123456".Length;
        "+00:00\""u8.CopyTo(text[length..]);
        output.Advance(length + "+00:00\"".Length);
    }
}
