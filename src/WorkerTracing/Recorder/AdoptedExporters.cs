namespace WorkerTracing;

/// <summary>The exporters of a process that has ended, as its files declare them.</summary>
internal sealed class AdoptedExporters
{
    private readonly Dictionary<int, (string Name, byte[] Resource)> _byIndex = [];

    public void Declare(int index, ReadOnlySpan<byte> content)
    {
        if (index < RecordSegment.MaxExporters && ExporterRecord.TryRead(content, out string name, out byte[] resource))
            _byIndex[index] = (name, resource);
    }

    /// <summary>Returns the index of an exporter; negative if the process did not have it.</summary>
    public int IndexOf(string name)
    {
        foreach ((int index, (string declared, _)) in _byIndex)
        {
            if (declared == name)
                return index;
        }

        return -1;
    }

    public string? NameOf(int index) => _byIndex.TryGetValue(index, out (string Name, byte[] Resource) found) ? found.Name : null;

    public byte[] ResourceOf(int index) => _byIndex.TryGetValue(index, out (string Name, byte[] Resource) found) ? found.Resource : [];
}
