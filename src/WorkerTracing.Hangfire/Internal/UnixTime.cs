using System.Globalization;

namespace WorkerTracing;

/// <summary>Times as they are kept in a job's parameters, and Hangfire's own.</summary>
internal static class UnixTime
{
    private static readonly long Latest = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    public static string Format(DateTimeOffset time) => time.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);

    public static DateTimeOffset? Parse(string? milliseconds) =>
        long.TryParse(milliseconds, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value <= Latest
            ? DateTimeOffset.FromUnixTimeMilliseconds(value)
            : null;

    /// <summary>Hangfire's times are UTC, whatever kind a storage gives them.</summary>
    public static DateTimeOffset AsUtc(this DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));
}
