using System.Runtime.InteropServices;

namespace WorkerTracing.Benchmarks;

/// <summary>The processor time of the calling thread, from Linux's <c>clock_gettime</c>. Other processes do not add to it.</summary>
internal static class ThreadProcessorTime
{
    private const int ClockThreadProcessorTime = 3;

    public static TimeSpan Now
    {
        get
        {
            if (clock_gettime(ClockThreadProcessorTime, out TimeSpecification time) != 0)
                throw new InvalidOperationException("clock_gettime failed.");
            return TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromMicroseconds(time.Nanoseconds / 1000.0);
        }
    }

    [DllImport("libc", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int clock_gettime(int clock, out TimeSpecification time);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct TimeSpecification
    {
        public readonly long Seconds;
        public readonly long Nanoseconds;
    }
}
