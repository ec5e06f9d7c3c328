namespace WorkerTracing;

/// <summary>Decides when a span that failed in an export of its own, while others were delivered, is sent again.</summary>
internal static class IsolatedRetry
{
    /// <summary>So many failures of a span alone, while others are delivered, show that the backend will never take it.</summary>
    private const int MaxFailures = 10;

    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(1);

    /// <summary>Returns the time of the next attempt, as a timestamp of the clock; null where the span has failed too often.</summary>
    /// <param name="failures">How often the span has failed alone before this time.</param>
    /// <param name="time">The clock.</param>
    public static long? After(int failures, TimeProvider time)
    {
        if (failures + 1 >= MaxFailures)
            return null;
        TimeSpan doubled = FirstDelay * Math.Pow(2, failures);
        TimeSpan delay = doubled < LongestDelay ? doubled : LongestDelay;
        return time.GetTimestamp() + (long)(delay.TotalSeconds * time.TimestampFrequency);
    }
}
