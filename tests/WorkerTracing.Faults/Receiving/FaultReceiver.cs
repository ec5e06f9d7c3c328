using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace WorkerTracing.Faults;

/// <summary>
/// A receiver on a loopback port that behaves as its fault says. It works on bare sockets, because a fault is what a web server does not
/// let one do. Down, its port refuses connections, and no other process can take it.
/// </summary>
internal sealed class FaultReceiver : IAsyncDisposable
{
    private readonly Protocol _protocol;
    private readonly Fault _fault;
    private readonly Uri _elsewhere;
    private readonly CancellationTokenSource _closing = new();
    private readonly ConcurrentDictionary<Socket, Task> _conversations = new();
    private readonly IPEndPoint _address;
    private Socket _listener;
    private Task _accepting = Task.CompletedTask;
    private int _connections;

    public FaultReceiver(Protocol protocol, Fault fault, Ledger ledger, Uri? elsewhere = null)
    {
        _protocol = protocol;
        _fault = fault;
        Ledger = ledger;
        _listener = Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _address = (IPEndPoint)_listener.LocalEndPoint!;
        BaseAddress = new Uri($"{(fault.IsTls ? "https" : "http")}://127.0.0.1:{_address.Port}/");
        _elsewhere = elsewhere ?? BaseAddress;
    }

    public Ledger Ledger { get; }

    public Uri BaseAddress { get; }

    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Begins to listen.</summary>
    public void Up()
    {
        _listener.Listen(128);
        if (_fault.Accepts)
            _accepting = AcceptAsync(_listener);
    }

    /// <summary>Drops every connection and refuses new ones.</summary>
    public async Task DownAsync()
    {
        _listener.Close();
        await _accepting;
        _listener = Bind(_address);
        foreach ((Socket socket, Task conversation) in _conversations)
        {
            socket.Close(0);
            await conversation;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Close();
        await _accepting;
        foreach ((Socket socket, Task conversation) in _conversations)
        {
            socket.Close(0);
            await conversation;
        }

        _closing.Dispose();
    }

    /// <summary>A socket that is bound and does not listen keeps its port and refuses connections.</summary>
    private static Socket Bind(IPEndPoint address)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        socket.Bind(address);
        return socket;
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = await listener.AcceptAsync(_closing.Token);
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                return; // down, or closed
            }

            int number = Interlocked.Increment(ref _connections);
            var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _conversations[socket] = ConverseAsync(socket, number, started.Task);
            started.SetResult();
        }
    }

    private async Task ConverseAsync(Socket socket, int number, Task registered)
    {
        await registered;
        try
        {
            socket.NoDelay = true;
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            if (!_protocol.IsGrpc || _fault.IsBelowHttp)
            {
                await _fault.Converse(new Http1Conversation(stream, socket, _protocol, Ledger, _closing.Token)
                {
                    IsGrpc = _protocol.IsGrpc,
                    Number = number,
                    Elsewhere = _elsewhere,
                });
                return;
            }

            using var connection = new GrpcConnection(stream, socket, _protocol, Ledger, _closing.Token)
            {
                Converse = _fault.Converse,
                Number = number,
                Elsewhere = _elsewhere,
            };
            await connection.RunAsync();
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException
            or OperationCanceledException or AuthenticationException)
        {
            // the client went away, or the receiver did
        }
        finally
        {
            _conversations.TryRemove(socket, out _);
        }
    }
}
