using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace WorkerTracing;

/// <summary>Ids and times in the form of the Traces dashboard.</summary>
internal static class WireFormat
{
    /// <summary><c>trace_</c> and the 32 hex digits of the W3C trace id.</summary>
    public static void WriteTraceId(Utf8Buffer output, ActivityTraceId id)
    {
        output.Write("\"trace_"u8);
        WriteAscii(output, id.ToHexString());
        output.Write((byte)'"');
    }

    /// <summary>
    /// <c>span_</c> and 24 hex digits: eight zeros and the 16 of the W3C span id. So an id of the dashboard is found in every
    /// other backend by its last 16 digits.
    /// </summary>
    public static void WriteSpanId(Utf8Buffer output, ActivitySpanId id)
    {
        output.Write("\"span_00000000"u8);
        WriteAscii(output, id.ToHexString());
        output.Write((byte)'"');
    }

    /// <summary>ISO 8601 with offset and microseconds, which are left out when they are zero: Python's <c>isoformat()</c>.</summary>
    public static void WriteTime(Utf8Buffer output, DateTime utc)
    {
        bool whole = utc.Ticks % TimeSpan.TicksPerSecond < TimeSpan.TicksPerMicrosecond;
        output.Write((byte)'"');
        utc.TryFormat(
            output.GetSpan(40), out int written,
            whole ? "yyyy-MM-dd'T'HH:mm:ss'+00:00'" : "yyyy-MM-dd'T'HH:mm:ss.ffffff'+00:00'", CultureInfo.InvariantCulture);
        output.Advance(written);
        output.Write((byte)'"');
    }

    private static void WriteAscii(Utf8Buffer output, string text) =>
        output.Advance(Encoding.ASCII.GetBytes(text, output.GetSpan(text.Length)));
}
