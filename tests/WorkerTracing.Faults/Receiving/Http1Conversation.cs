using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace WorkerTracing.Faults;

/// <summary>One connection over HTTP/1.1, seen from the receiver.</summary>
internal sealed class Http1Conversation(Stream stream, Socket socket, Protocol protocol, Ledger ledger, CancellationToken closing)
    : Conversation(stream, socket, ledger, closing)
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    private int _requests;

    protected override bool IsAcknowledgedByHead => true;

    public override async Task<Request?> ReadAsync()
    {
        if (await ReadHeadAsync() is not { } head)
            return null;
        byte[] body = new byte[LengthOf(head)];
        int have = Math.Min(body.Length, _end - _start);
        _buffer.AsSpan(_start, have).CopyTo(body);
        _start += have;
        await Stream.ReadExactlyAsync(body.AsMemory(have), Closing);
        Ledger.Note(body, protocol, out IReadOnlyList<ulong> spans);
        return new Request(spans, _requests++);
    }

    public override async Task AnswerAsync(Request request, int status, string headers = "")
    {
        if (status == 200)
            Ledger.Acknowledge(request.Spans);
        await WriteAsync($"HTTP/1.1 {status} Because\r\n{headers}Content-Length: 0\r\n\r\n");
    }

    public override byte[] Head(int? length) => Encoding.ASCII.GetBytes(
        $"HTTP/1.1 200 OK\r\n{(length is null ? "Transfer-Encoding: chunked" : $"Content-Length: {length}")}\r\n\r\n");

    public override async Task WriteBodyAsync(ReadOnlyMemory<byte> part, bool isChunk = false)
    {
        if (isChunk)
            await WriteAsync($"{part.Length:x}\r\n");
        await Stream.WriteAsync(part, Closing);
        if (isChunk)
            await WriteAsync("\r\n");
    }

    public override Task ResetAsync()
    {
        Drop();
        return Task.CompletedTask;
    }

    private async Task<string?> ReadHeadAsync()
    {
        int searched = 0;
        while (true)
        {
            int found = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf("\r\n\r\n"u8);
            if (found >= 0)
            {
                int length = searched + found + 4;
                string head = Encoding.ASCII.GetString(_buffer, _start, length);
                _start += length;
                return head;
            }

            searched = Math.Max(0, _end - _start - 3);
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
            int read = await Stream.ReadAsync(_buffer.AsMemory(_end), Closing);
            if (read == 0)
                return null;
            _end += read;
        }
    }

    private static int LengthOf(string head)
    {
        foreach (string line in head.Split("\r\n"))
        {
            if (line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
                return int.Parse(line.AsSpan("Content-Length:".Length), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture);
        }

        return 0;
    }
}
