using System.Net.Sockets;
using System.Text;

namespace WorkerTracing.Faults;

/// <summary>
/// What a fault does with requests, whatever the protocol: of one connection over HTTP/1.1, of one stream over gRPC. Well-formed or not.
/// </summary>
internal abstract class Conversation(Stream stream, Socket socket, Ledger ledger, CancellationToken closing)
{
    /// <summary>Ends when the receiver closes.</summary>
    public CancellationToken Closing => closing;

    /// <summary>Where a redirect leads: another receiver's address.</summary>
    public required Uri Elsewhere { get; init; }

    /// <summary>Whether the client speaks gRPC.</summary>
    public bool IsGrpc { get; init; }

    /// <summary>The number of the connection.</summary>
    public int Number { get; init; }

    /// <summary>The connection, for faults below the protocol.</summary>
    public Stream Stream => stream;

    protected Ledger Ledger => ledger;

    /// <summary>Whether the head of a success acknowledges a request.</summary>
    protected abstract bool IsAcknowledgedByHead { get; }

    /// <summary>Reads the next request and notes its spans.</summary>
    /// <returns>Null when the client has hung up.</returns>
    public abstract Task<Request?> ReadAsync();

    /// <summary>Answers a request. One of 200 is an acknowledgement.</summary>
    /// <param name="request">The request.</param>
    /// <param name="status">The HTTP status; over gRPC, the one that stands for it.</param>
    /// <param name="headers">Further lines of the head.</param>
    public abstract Task AnswerAsync(Request request, int status, string headers = "");

    /// <summary>Begins an answer of 200 with a body of some length, and leaves the rest to the fault.</summary>
    /// <param name="request">The request.</param>
    /// <param name="length">The announced length; null for a body in chunks.</param>
    public async Task BeginAnswerAsync(Request request, int? length)
    {
        if (IsAcknowledgedByHead)
            ledger.Acknowledge(request.Spans);
        await Stream.WriteAsync(Head(length), closing);
    }

    /// <summary>Returns the head of a success, as on the wire.</summary>
    public abstract byte[] Head(int? length);

    /// <summary>Writes a part of a body that <see cref="BeginAnswerAsync"/> has begun.</summary>
    /// <param name="part">The part.</param>
    /// <param name="isChunk">Whether the body is in chunks.</param>
    public abstract Task WriteBodyAsync(ReadOnlyMemory<byte> part, bool isChunk = false);

    /// <summary>Refuses to go on with a request that was read.</summary>
    public abstract Task ResetAsync();

    public async Task WriteAsync(string text) => await stream.WriteAsync(Encoding.ASCII.GetBytes(text), closing);

    /// <summary>Ends the connection in good order.</summary>
    public void HangUp()
    {
        socket.Shutdown(SocketShutdown.Both);
        stream.Dispose();
    }

    /// <summary>Drops the connection: the client sees a reset.</summary>
    public void Drop() => socket.Close(0);
}
