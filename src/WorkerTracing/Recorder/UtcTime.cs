namespace WorkerTracing;

/// <summary>Times in files: ticks of 100 ns since 0001-01-01, UTC.</summary>
internal static class UtcTime
{
    /// <summary>Returns a time. Ticks that no time has, from a damaged file, are the first or the last time.</summary>
    public static DateTime FromTicks(long ticks) =>
        new(Math.Clamp(ticks, DateTime.MinValue.Ticks, DateTime.MaxValue.Ticks), DateTimeKind.Utc);
}
