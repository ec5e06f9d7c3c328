using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace WorkerTracing.Faults;

/// <summary>One connection, seen from the receiver: HTTP/1.1 in, and out whatever a fault says, well-formed or not.</summary>
internal sealed class Conversation(Stream stream, Socket socket, Protocol protocol, Ledger ledger, CancellationToken closing)
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    /// <summary>Ends when the receiver closes.</summary>
    public CancellationToken Closing => closing;

    /// <summary>Where a redirect leads: another receiver's address.</summary>
    public required Uri Elsewhere { get; init; }

    public int Number { get; init; }

    public Stream Stream => stream;

    /// <summary>Reads the next request and notes its spans.</summary>
    /// <returns>Null when the client has hung up.</returns>
    public async Task<Request?> ReadAsync()
    {
        if (await ReadHeadAsync() is not { } head)
            return null;
        byte[] body = new byte[LengthOf(head)];
        int have = Math.Min(body.Length, _end - _start);
        _buffer.AsSpan(_start, have).CopyTo(body);
        _start += have;
        await stream.ReadExactlyAsync(body.AsMemory(have), closing);
        ledger.Note(body, protocol, out IReadOnlyList<ulong> spans);
        return new Request(head, spans);
    }

    /// <summary>Answers a request. One of 200 is an acknowledgement.</summary>
    public async Task AnswerAsync(Request request, int status, string headers = "", string body = "")
    {
        if (status == 200)
            ledger.Acknowledge(request.Spans);
        await WriteAsync($"HTTP/1.1 {status} Because\r\n{headers}Content-Length: {body.Length}\r\n\r\n{body}");
    }

    /// <summary>Begins an answer of 200, which is an acknowledgement, and leaves the rest to the fault.</summary>
    public async Task BeginAnswerAsync(Request request, string headers)
    {
        ledger.Acknowledge(request.Spans);
        await WriteAsync($"HTTP/1.1 200 OK\r\n{headers}\r\n");
    }

    public async Task WriteAsync(string text) => await stream.WriteAsync(Encoding.ASCII.GetBytes(text), closing);

    /// <summary>Drops the connection: the client sees a reset.</summary>
    public void Drop() => socket.Close(0);

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
            int read = await stream.ReadAsync(_buffer.AsMemory(_end), closing);
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
