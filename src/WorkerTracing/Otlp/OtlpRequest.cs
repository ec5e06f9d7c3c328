using System.Buffers.Binary;

namespace WorkerTracing;

/// <summary>
/// The body of a request in parts: what encloses the spans is written here, the encoded spans stay where they are. Reused from request to
/// request; not safe for concurrent use.
/// </summary>
/// <param name="spans">Holds the encoded spans; null where all is written here.</param>
internal sealed class OtlpRequest(ProtobufWriter? spans = null) : IDisposable
{
    /// <summary>gRPC puts this in front of a message: whether it is compressed, and its length. There is room for it in each request.</summary>
    private const int FrameHeadBytes = 5;

    /// <summary>Up to this size spans are copied: over HTTP/2 each part costs the connection more than that.</summary>
    private const int MaxCopiedBytes = 16 * 1024;

    private readonly List<Part> _parts = [];
    private RequestDeadline? _deadline;
    private int _referenced; // bytes of the parts that are not written here
    private int _closed; // up to where the writer's bytes are in a part

    private static ReadOnlySpan<byte> EmptyFrameHead => [0, 0, 0, 0, 0];

    /// <summary>Gets the writer for what encloses the spans. Not to be used before <see cref="Begin"/>.</summary>
    public ProtobufWriter Writer { get; } = new();

    /// <summary>Gets the deadline of the request.</summary>
    public RequestDeadline Deadline => _deadline ??= new RequestDeadline();

    /// <summary>Gets the size of the message.</summary>
    public int Length => Writer.Length - FrameHeadBytes + _referenced;

    /// <summary>Begins a request. What is here of the last one is forgotten.</summary>
    public void Begin()
    {
        Writer.Clear();
        Writer.WriteRaw(EmptyFrameHead);
        _parts.Clear();
        (_referenced, _closed) = (0, FrameHeadBytes);
    }

    /// <summary>Appends encoded spans.</summary>
    public void AppendSpans(int start, int end)
    {
        if (end - start <= MaxCopiedBytes)
        {
            Writer.WriteRaw(spans!.Slice(start, end));
            return;
        }

        CloseWritten();
        _parts.Add(new Part(IsWritten: false, start, end));
        _referenced += end - start;
    }

    /// <summary>Returns the parts of the message, in their order. Valid until the request or the spans change.</summary>
    public ReadOnlyMemory<byte>[] ToParts()
    {
        CloseWritten();
        var parts = new ReadOnlyMemory<byte>[_parts.Count];
        for (int i = 0; i < parts.Length; i++)
            parts[i] = (_parts[i].IsWritten ? Writer : spans!).WrittenMemory[_parts[i].Start.._parts[i].End];
        return parts;
    }

    /// <summary>Returns the parts of the message in the frame of gRPC. Valid until the request or the spans change.</summary>
    public ReadOnlyMemory<byte>[] ToGrpcParts(bool isCompressed)
    {
        ReadOnlyMemory<byte>[] parts = ToParts();
        Span<byte> head = Writer.Overwrite(0, FrameHeadBytes);
        head[0] = isCompressed ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32BigEndian(head[1..], Length);
        parts[0] = Writer.WrittenMemory[..(FrameHeadBytes + parts[0].Length)]; // a message begins with bytes that are written here
        return parts;
    }

    /// <summary>Leaves the memory to a connection that may still read it.</summary>
    public void Abandon()
    {
        Writer.Abandon();
        if (_referenced > 0)
            spans!.MoveToNewArray();
        Begin();
    }

    public void Dispose()
    {
        Writer.Dispose();
        _deadline?.Dispose();
    }

    private void CloseWritten()
    {
        if (Writer.Length > _closed)
            _parts.Add(new Part(IsWritten: true, _closed, Writer.Length));
        _closed = Writer.Length;
    }

    private readonly record struct Part(bool IsWritten, int Start, int End);
}
