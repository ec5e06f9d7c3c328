using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace WorkerTracing;

/// <summary>
/// The sources whose spans an exporter gets. An enclosing span of another source is not the exporter's: it belongs to another
/// TracerProvider, and the exporter would not send it at its end either.
/// </summary>
internal sealed class SeenSources
{
    private static readonly object Seen = new();

    private readonly ConditionalWeakTable<ActivitySource, object> _sources = [];
    private ActivitySource? _last; // written by any thread: spares the table for spans of the same source

    public void Add(ActivitySource source)
    {
        if (Volatile.Read(ref _last) == source)
            return;
        _sources.TryAdd(source, Seen);
        Volatile.Write(ref _last, source);
    }

    public bool Contains(ActivitySource source) => Volatile.Read(ref _last) == source || _sources.TryGetValue(source, out _);
}
