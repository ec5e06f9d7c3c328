using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace WorkerTracing.Faults;

/// <summary>One call over gRPC, seen from the receiver. A success is acknowledged by its trailers; a failure is trailers alone.</summary>
internal sealed class GrpcConversation(
    GrpcConnection connection, int id, Stream stream, Socket socket, Protocol protocol, Ledger ledger, CancellationToken closing)
    : Conversation(stream, socket, ledger, closing)
{
    private const int MessageHead = 5;
    private const byte IndexedStatus200 = 0x88;
    private const byte NameOfStatus = 0x08;

    /// <summary>The message of a status with a <c>google.rpc.RetryInfo</c> of an hour.</summary>
    private static readonly byte[] RetryInAnHour =
    [
        0x08, 0x08, 0x1A, 49,
        0x0A, 40, .. "type.googleapis.com/google.rpc.RetryInfo"u8,
        0x12, 0x05, 0x0A, 0x03, 0x08, 0x90, 0x1C,
    ];

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isRead;
    private bool _isAnswered;

    /// <summary>The message, with its five bytes of gRPC before it.</summary>
    public MemoryStream Body { get; } = new();

    /// <summary>Released whenever the client takes more of the answer.</summary>
    public SemaphoreSlim Window { get; } = new(0);

    /// <summary>How many requests came before this one over the connection.</summary>
    public int Request { get; init; }

    protected override bool IsAcknowledgedByHead => false;

    /// <summary>The client gave the call up, or hung up.</summary>
    public void End() => _ended.TrySetResult();

    public override async Task<Request?> ReadAsync()
    {
        if (_isRead)
        {
            if (!_isAnswered)
                await _ended.Task.WaitAsync(Closing);
            return null;
        }

        _isRead = true;
        Ledger.Note(Body.ToArray()[MessageHead..], protocol, out IReadOnlyList<ulong> spans);
        return new Request(spans, Request);
    }

    public override async Task AnswerAsync(Request request, int status, string headers = "")
    {
        _isAnswered = true;
        switch (status)
        {
            case 200:
                Ledger.Acknowledge(request.Spans);
                await connection.WriteHeadersAsync(id, OkHead(), isLast: false);
                await connection.WriteDataAsync(id, new byte[MessageHead]); // an empty message
                await connection.WriteHeadersAsync(id, Fields(("grpc-status", "0")), isLast: true);
                break;
            case 302 or 307:
                byte[] redirect = [NameOfStatus, .. Text($"{status}"), .. Fields(("location", Elsewhere.AbsoluteUri))];
                await connection.WriteHeadersAsync(id, redirect, isLast: true);
                break;
            default:
                byte[] failure = [.. OkHead(), .. Fields(FailureFor(status, headers.Contains("Retry-After", StringComparison.Ordinal)))];
                await connection.WriteHeadersAsync(id, failure, isLast: true);
                break;
        }
    }

    public override byte[] Head(int? length) => GrpcConnection.HeadersFrame(id, OkHead());

    public override async Task WriteBodyAsync(ReadOnlyMemory<byte> part, bool isChunk = false)
    {
        // A frame that the client's window has no room for would be a fault of its own: each update makes room for at least one.
        const int Frame = 16 * 1024;
        for (int at = 0; at < part.Length; at += Frame)
        {
            if (_ended.Task.IsCompleted)
                throw new IOException("The client has given up the call.");
            await connection.WriteDataAsync(id, part.Slice(at, Math.Min(Frame, part.Length - at)));
            if (part.Length >= Frame)
                await Task.WhenAny(Window.WaitAsync(Closing), _ended.Task);
        }
    }

    public override Task ResetAsync() => connection.ResetAsync(id);

    /// <summary>The status of gRPC for one of HTTP.</summary>
    private static (string Name, string Value)[] FailureFor(int status, bool isToRetry) => status switch
    {
        400 => [("grpc-status", "3"), ("grpc-message", "invalid")],
        401 => [("grpc-status", "16"), ("grpc-message", "who%20are%20you")],
        404 => [("grpc-status", "12"), ("grpc-message", "unknown%20service")],
        413 => [("grpc-status", "8"), ("grpc-message", "received%20message%20larger%20than%20max")],
        429 when isToRetry => [("grpc-status", "8"), ("grpc-status-details-bin", Convert.ToBase64String(RetryInAnHour).TrimEnd('='))],
        500 => [("grpc-status", "13"), ("grpc-message", "internal")],
        503 => [("grpc-status", "14"), ("grpc-message", "overloaded")],
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "There is no status of gRPC for it."),
    };

    private static byte[] OkHead() => [IndexedStatus200, .. Fields(("content-type", "application/grpc"))];

    /// <summary>Writes fields as HPACK literals with names of their own, not indexed (RFC 7541, 6.2.2).</summary>
    private static byte[] Fields(params (string Name, string Value)[] fields)
    {
        List<byte> bytes = [];
        foreach ((string name, string value) in fields)
            bytes.AddRange([0, .. Text(name), .. Text(value)]);
        return [.. bytes];
    }

    private static byte[] Text(string text) => text.Length < 127
        ? [(byte)text.Length, .. Encoding.ASCII.GetBytes(text)]
        : throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{text.Length} letters need a longer length."));
}
