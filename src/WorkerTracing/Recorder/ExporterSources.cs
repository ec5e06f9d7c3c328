using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace WorkerTracing;

/// <summary>
/// Learns from which sources an exporter gets spans. An enclosing span may belong to another TracerProvider: then its end never comes to
/// the exporter, and to close it after a crash would invent a span. Safe for concurrent use.
/// </summary>
internal sealed class ExporterSources
{
    private static readonly object Own = new();
    private static readonly object Foreign = new();

    private readonly ConditionalWeakTable<ActivitySource, object> _sources = [];
    private ActivitySource? _last; // written by any thread: spares the table for spans of the same source

    /// <summary>The exporter got a span of the source.</summary>
    public void AddOwn(ActivitySource source)
    {
        if (Volatile.Read(ref _last) == source)
            return;
        _sources.AddOrUpdate(source, Own);
        Volatile.Write(ref _last, source);
    }

    /// <summary>A span of the source has ended, and the exporter did not get it.</summary>
    public void AddForeign(ActivitySource source) => _sources.TryAdd(source, Foreign);

    /// <summary>Returns false if spans of the source do not come to the exporter, as far as is known.</summary>
    public bool MayBeOwn(ActivitySource source) => !_sources.TryGetValue(source, out object? known) || known == Own;
}
