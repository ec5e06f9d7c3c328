using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net.Sockets;

namespace WorkerTracing.Faults;

/// <summary>
/// A connection over HTTP/2, seen from the receiver: the few frames that gRPC needs (RFC 9113). Its streams are conversations side by side.
/// The headers of requests are not read.
/// </summary>
internal sealed class GrpcConnection(Stream stream, Socket socket, Protocol protocol, Ledger ledger, CancellationToken closing)
    : IDisposable
{
    private const int PrefaceLength = 24;
    private const int FrameHead = 9;
    private const int WholeWindow = 0x7FFF_0000;
    private const byte EndStream = 0x1;
    private const byte EndHeaders = 0x4;
    private const byte Acknowledgement = 0x1;

    private readonly ConcurrentDictionary<int, GrpcConversation> _streams = new();
    private readonly SemaphoreSlim _writing = new(1);
    private int _requests;

    private enum Frame : byte
    {
        Data = 0,
        Headers = 1,
        Reset = 3,
        Settings = 4,
        Ping = 6,
        GoAway = 7,
        WindowUpdate = 8,
    }

    public required Func<Conversation, Task> Converse { get; init; }

    public required Uri Elsewhere { get; init; }

    public int Number { get; init; }

    /// <summary>Serves the connection until the client hangs up.</summary>
    public async Task RunAsync()
    {
        List<Task> conversations = [];
        try
        {
            await stream.ReadExactlyAsync(new byte[PrefaceLength], closing);
            await WriteFrameAsync((byte)Frame.Settings, 0, 0, new byte[] { 0, 4, 0x7F, 0xFF, 0, 0 }); // the window of a stream
            await WriteFrameAsync((byte)Frame.WindowUpdate, 0, 0, Number32(WholeWindow));
            byte[] head = new byte[FrameHead];
            while (await stream.ReadAtLeastAsync(head, FrameHead, throwOnEndOfStream: false, closing) == FrameHead)
            {
                byte[] payload = new byte[(head[0] << 16) | BinaryPrimitives.ReadUInt16BigEndian(head.AsSpan(1))];
                await stream.ReadExactlyAsync(payload, closing);
                await OnFrameAsync((Frame)head[3], head[4], BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)), payload, conversations);
            }
        }
        finally
        {
            foreach (GrpcConversation conversation in _streams.Values)
                conversation.End();
            await Task.WhenAll(conversations);
        }
    }

    /// <summary>Writes the frame of a response's headers.</summary>
    public Task WriteHeadersAsync(int id, byte[] fields, bool isLast) =>
        WriteFrameAsync((byte)Frame.Headers, (byte)(EndHeaders | (isLast ? EndStream : 0)), id, fields);

    public Task WriteDataAsync(int id, ReadOnlyMemory<byte> data) => WriteFrameAsync((byte)Frame.Data, 0, id, data);

    /// <summary>Resets a stream, with INTERNAL_ERROR.</summary>
    public Task ResetAsync(int id) => WriteFrameAsync((byte)Frame.Reset, 0, id, Number32(2));

    /// <summary>Returns the frame of a response's headers as on the wire.</summary>
    public static byte[] HeadersFrame(int id, byte[] fields) => [.. FrameOf((byte)Frame.Headers, EndHeaders, id, fields.Length), .. fields];

    public void Dispose() => _writing.Dispose();

    private async Task OnFrameAsync(Frame type, byte flags, int id, byte[] payload, List<Task> conversations)
    {
        switch (type)
        {
            case Frame.Headers:
                _streams[id] = new GrpcConversation(this, id, stream, socket, protocol, ledger, closing)
                {
                    IsGrpc = true,
                    Number = Number,
                    Elsewhere = Elsewhere,
                    Request = _requests++,
                };
                break;
            case Frame.Data when _streams.TryGetValue(id, out GrpcConversation? conversation):
                conversation.Body.Write(payload);
                if (payload.Length > 0)
                    await WriteFrameAsync((byte)Frame.WindowUpdate, 0, 0, Number32(payload.Length));
                if ((flags & EndStream) != 0)
                    conversations.Add(ConverseAsync(conversation));
                break;
            case Frame.Reset when _streams.TryGetValue(id, out GrpcConversation? conversation):
                conversation.End();
                break;
            case Frame.WindowUpdate when id != 0 && _streams.TryGetValue(id, out GrpcConversation? conversation):
                conversation.Window.Release();
                break;
            case Frame.Settings when (flags & Acknowledgement) == 0:
                await WriteFrameAsync((byte)Frame.Settings, Acknowledgement, 0, default);
                break;
            case Frame.Ping when (flags & Acknowledgement) == 0:
                await WriteFrameAsync((byte)Frame.Ping, Acknowledgement, 0, payload);
                break;
        }
    }

    private async Task ConverseAsync(GrpcConversation conversation)
    {
        try
        {
            await Converse(conversation);
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException
            or OperationCanceledException)
        {
            // the client went away, or the receiver did
        }
    }

    private async Task WriteFrameAsync(byte type, byte flags, int id, ReadOnlyMemory<byte> payload)
    {
        await _writing.WaitAsync(closing);
        try
        {
            await stream.WriteAsync(FrameOf(type, flags, id, payload.Length), closing);
            await stream.WriteAsync(payload, closing);
        }
        finally
        {
            _writing.Release();
        }
    }

    private static byte[] FrameOf(byte type, byte flags, int id, int length)
    {
        byte[] head = [(byte)(length >> 16), (byte)(length >> 8), (byte)length, type, flags, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(5), id);
        return head;
    }

    private static byte[] Number32(int number)
    {
        byte[] bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    }
}
