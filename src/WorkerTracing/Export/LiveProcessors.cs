using System.Collections.Immutable;

namespace WorkerTracing;

/// <summary>Holds every <see cref="BatchTraceProcessor"/> of the process from its construction to its shutdown.</summary>
internal static class LiveProcessors
{
    private static ImmutableArray<BatchTraceProcessor> _all = [];

    public static ImmutableArray<BatchTraceProcessor> All => _all;

    public static void Add(BatchTraceProcessor processor)
        => ImmutableInterlocked.Update(ref _all, static (all, p) => all.Add(p), processor);

    public static void Remove(BatchTraceProcessor processor)
        => ImmutableInterlocked.Update(ref _all, static (all, p) => all.Remove(p), processor);
}
