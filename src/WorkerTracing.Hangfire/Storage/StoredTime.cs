using System.Globalization;

namespace WorkerTracing;

/// <summary>The format of times in the job parameter, which the dashboard shows, and the conversion of Hangfire's own times.</summary>
internal static class StoredTime
{
    private const string Iso8601 = "yyyy-MM-ddTHH:mm:ss.fffZ";

    public static string? Format(DateTimeOffset? time) => time?.UtcDateTime.ToString(Iso8601, CultureInfo.InvariantCulture);

    public static DateTimeOffset? Parse(string? stored) =>
        DateTimeOffset.TryParseExact(stored, Iso8601, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? time
            : null;

    /// <summary>Hangfire's times are UTC, whatever kind a storage gives them.</summary>
    public static DateTimeOffset AsUtc(this DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));
}
