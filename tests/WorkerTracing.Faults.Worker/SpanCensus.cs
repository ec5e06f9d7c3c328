using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using OpenTelemetry;

namespace WorkerTracing.Faults.Worker;

/// <summary>Notes each recorded span that ends, whatever becomes of it.</summary>
internal sealed class SpanCensus : BaseProcessor<Activity>
{
    private readonly ConcurrentBag<ulong> _spans = [];

    public int Count => _spans.Count;

    public static ulong IdOf(ActivitySpanId id)
    {
        Span<byte> bytes = stackalloc byte[8];
        id.CopyTo(bytes);
        return BinaryPrimitives.ReadUInt64BigEndian(bytes);
    }

    public override void OnEnd(Activity data)
    {
        if (data.Recorded)
            _spans.Add(IdOf(data.SpanId));
    }

    public void Save(string path) => File.WriteAllBytes(path, MemoryMarshal.AsBytes(_spans.ToArray().AsSpan()));
}
