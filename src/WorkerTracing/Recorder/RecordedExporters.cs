namespace WorkerTracing;

/// <summary>The exporters of this process whose spans are recorded, by name. Safe for concurrent use.</summary>
internal sealed class RecordedExporters(OpenSpanStore openSpans)
{
    private readonly Lock _sync = new();
    private RecordedExporter[] _all = []; // replaced under _sync

    public IReadOnlyList<RecordedExporter> All => Volatile.Read(ref _all);

    /// <summary>Gets those that can be declared in a file.</summary>
    public IEnumerable<RecordedExporter> WithResource => All.Where(static exporter => exporter.HasResource);

    /// <summary>Finds or adds an exporter.</summary>
    /// <returns>Null if there are too many.</returns>
    public RecordedExporter? Add(string name)
    {
        lock (_sync)
        {
            if (Find(name) is { } known)
                return known;
            if (_all.Length == RecordSegment.MaxExporters)
                return null;
            var added = new RecordedExporter(_all.Length, name, openSpans);
            Volatile.Write(ref _all, [.. _all, added]);
            return added;
        }
    }

    /// <summary>Finds an exporter by its name.</summary>
    public RecordedExporter? Find(string name) => Array.Find(Volatile.Read(ref _all), exporter => exporter.Name == name);
}
