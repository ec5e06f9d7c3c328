using System.Diagnostics;

namespace WorkerTracing.Kills;

/// <summary>Waits for a condition, with a bound.</summary>
internal static class Wait
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <returns>False where the bound was reached.</returns>
    public static async Task<bool> UntilAsync(Func<bool> condition, TimeSpan bound)
    {
        long started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(started) >= bound)
                return false;
            await Task.Delay(Interval);
        }

        return true;
    }
}
