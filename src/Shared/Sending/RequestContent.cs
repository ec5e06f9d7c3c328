using System.Net;
using System.Net.Http.Headers;

namespace WorkerTracing;

/// <summary>The body of a request, in up to three parts that are not copied.</summary>
internal sealed class RequestContent : HttpContent
{
    private readonly ReadOnlyMemory<byte> _head;
    private readonly ReadOnlyMemory<byte> _body;
    private readonly ReadOnlyMemory<byte> _tail;
    private int _readers;

    public RequestContent(
        MediaTypeHeaderValue mediaType,
        ReadOnlyMemory<byte> head,
        ReadOnlyMemory<byte> body,
        ReadOnlyMemory<byte> tail = default)
    {
        (_head, _body, _tail) = (head, body, tail);
        Headers.ContentType = mediaType;
    }

    /// <summary>
    /// Whether a connection still reads the body. Over HTTP/2 that may be so after the answer has come, or after a cancellation: the memory
    /// must not be used again then.
    /// </summary>
    public bool IsBeingRead => Volatile.Read(ref _readers) > 0;

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _readers);
        try
        {
            stream.Write(_head.Span);
            stream.Write(_body.Span);
            stream.Write(_tail.Span);
        }
        finally
        {
            Interlocked.Decrement(ref _readers);
        }
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _readers);
        try
        {
            await stream.WriteAsync(_head, cancellationToken).ConfigureAwait(false);
            await stream.WriteAsync(_body, cancellationToken).ConfigureAwait(false);
            await stream.WriteAsync(_tail, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _readers);
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override bool TryComputeLength(out long length)
    {
        length = (long)_head.Length + _body.Length + _tail.Length;
        return true;
    }
}
