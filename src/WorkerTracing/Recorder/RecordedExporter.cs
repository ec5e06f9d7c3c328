using System.Buffers;

namespace WorkerTracing;

/// <summary>
/// An exporter as files know it: its index in those of this process, its name, and its resource. Channels of the same name share one.
/// </summary>
internal sealed class RecordedExporter(int index, string name, OpenSpanStore openSpans)
{
    private readonly Lock _sync = new();
    private byte[]? _resource; // written under _sync
    private long _unqueued; // changed by any thread
    private long _left; // changed by any thread

    public int Index { get; } = index;

    public string Name { get; } = name;

    /// <summary>Gets or sets the exporter that has registered last.</summary>
    public IRecordedSpanExporter? Registered { get; set; }

    public OpenSpans OpenSpans { get; } = new(openSpans, index);

    public ReadOnlyMemory<byte> Resource => Volatile.Read(ref _resource);

    /// <summary>Gets the number of its records that no queue holds, in all files.</summary>
    public long Unqueued => Math.Max(0, Volatile.Read(ref _unqueued));

    /// <summary>
    /// Gets the number of its records that were left to the recorder and are not done: those that no queue holds, and those that are taken.
    /// </summary>
    public long Left => Math.Max(0, Volatile.Read(ref _left));

    public void AddUnqueued(int count) => Interlocked.Add(ref _unqueued, count);

    public void AddLeft(int count) => Interlocked.Add(ref _left, count);

    public bool HasResource => Volatile.Read(ref _resource) is not null;

    /// <summary>Asks the exporter for its resource, once.</summary>
    public void EnsureResource(IRecordedSpanExporter exporter)
    {
        if (HasResource)
            return;
        lock (_sync)
        {
            if (HasResource)
                return;
            var content = new ArrayBufferWriter<byte>();
            exporter.WriteResource(content);
            Volatile.Write(ref _resource, content.WrittenSpan.ToArray());
        }
    }
}
