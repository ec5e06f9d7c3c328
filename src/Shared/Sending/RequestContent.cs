using System.Net;
using System.Net.Http.Headers;

namespace WorkerTracing;

/// <summary>The body of a request, in parts that are not copied.</summary>
internal sealed class RequestContent : HttpContent
{
    private readonly ReadOnlyMemory<byte>[] _parts;
    private int _readers;

    public RequestContent(MediaTypeHeaderValue mediaType, params ReadOnlyMemory<byte>[] parts)
    {
        _parts = parts;
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
            foreach (ReadOnlyMemory<byte> part in _parts)
                stream.Write(part.Span);
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
            foreach (ReadOnlyMemory<byte> part in _parts)
                await stream.WriteAsync(part, cancellationToken).ConfigureAwait(false);
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
        length = 0;
        foreach (ReadOnlyMemory<byte> part in _parts)
            length += part.Length;
        return true;
    }
}
