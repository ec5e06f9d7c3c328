namespace WorkerTracing;

/// <summary>Checks timeouts: a timeout is a positive time that the runtime's timers can hold, or infinite.</summary>
internal static class Timeouts
{
    public const string Rule = "positive and at most 24 days, or infinite (-00:00:00.001)";

    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(int.MaxValue);

    public static bool IsValid(TimeSpan timeout) =>
        timeout == Timeout.InfiniteTimeSpan || (timeout > TimeSpan.Zero && timeout <= Longest);

    /// <summary>Checks the timeout of a call. There, zero is valid too: the call does not wait.</summary>
    public static void ThrowIfInvalid(TimeSpan timeout, string parameter)
    {
        if (timeout != TimeSpan.Zero && !IsValid(timeout))
            throw new ArgumentOutOfRangeException(parameter, timeout, $"A timeout must be zero, {Rule}.");
    }

    /// <summary>Returns the shorter of two times, each of which may be infinite.</summary>
    public static TimeSpan Shorter(TimeSpan one, TimeSpan other) =>
        one == Timeout.InfiniteTimeSpan || (other != Timeout.InfiniteTimeSpan && other < one) ? other : one;

    /// <summary>
    /// Returns the rest of <paramref name="timeout"/> after <paramref name="elapsed"/>: infinite stays infinite; never less than zero.
    /// </summary>
    public static TimeSpan Remaining(TimeSpan timeout, TimeSpan elapsed) =>
        timeout == Timeout.InfiniteTimeSpan ? timeout
        : elapsed >= timeout ? TimeSpan.Zero
        : timeout - elapsed;
}
