using System.Net;
using System.Net.Http.Headers;

namespace WorkerTracing;

/// <summary>The body of a request: items, and the object around them. Nothing is copied.</summary>
internal sealed class IngestContent : HttpContent
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly ReadOnlyMemory<byte> _items;

    public IngestContent(ReadOnlyMemory<byte> items)
    {
        _items = items;
        Headers.ContentType = Json;
    }

    private static ReadOnlyMemory<byte> Head { get; } = "{\"data\":["u8.ToArray();

    private static ReadOnlyMemory<byte> Tail { get; } = "]}"u8.ToArray();

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        stream.Write(Head.Span);
        stream.Write(_items.Span);
        stream.Write(Tail.Span);
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(Head, cancellationToken).ConfigureAwait(false);
        await stream.WriteAsync(_items, cancellationToken).ConfigureAwait(false);
        await stream.WriteAsync(Tail, cancellationToken).ConfigureAwait(false);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override bool TryComputeLength(out long length)
    {
        length = Head.Length + (long)_items.Length + Tail.Length;
        return true;
    }
}
