namespace WorkerTracing.Testing;

/// <summary>Counts what the calling thread allocates.</summary>
public static class Allocations
{
    /// <summary>How many bytes some work allocates on this thread.</summary>
    /// <remarks>
    /// A background collection that ends its marking takes from each thread what is left of its allocation context, and
    /// <see cref="GC.GetAllocatedBytesForCurrentThread"/> counts that as allocated. A collection right before the work leaves nothing to
    /// take, so what is counted was allocated.
    /// </remarks>
    public static long Of(Action work)
    {
        GC.Collect(0);
        long before = GC.GetAllocatedBytesForCurrentThread();
        work();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
