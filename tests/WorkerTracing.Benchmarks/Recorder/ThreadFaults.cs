using System.Runtime.InteropServices;

namespace WorkerTracing.Benchmarks;

/// <summary>Counts the page faults of the current thread that needed no disk. Linux only.</summary>
internal static class ThreadFaults
{
    private const int OfThread = 1; // RUSAGE_THREAD
    private const int Longs = 18; // of a struct rusage
    private const int MinorFaults = 8; // ru_minflt, behind two times of two longs and four sizes

    private static readonly long[] Usage = new long[Longs]; // of one thread

    public static long Read() =>
        GetUsage(OfThread, Usage) == 0 ? Usage[MinorFaults] : throw new InvalidOperationException("getrusage failed.");

    [DllImport("libc", EntryPoint = "getrusage")]
    private static extern int GetUsage(int who, [Out] long[] usage);
}
