using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace WorkerTracing.Tests;

/// <summary>A loopback OTLP/HTTP endpoint that keeps of each span what the tests ask for.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private const int Attempts = 20;

    private readonly HttpListener _listener = new();
    private readonly ConcurrentQueue<ReceivedSpan> _spans = new();
    private readonly Task _serving;

    public OtlpReceiver()
    {
        for (int attempt = 1; ; attempt++)
        {
            Endpoint = new Uri($"http://127.0.0.1:{FreePort()}/v1/traces");
            _listener.Prefixes.Clear();
            _listener.Prefixes.Add($"http://127.0.0.1:{Endpoint.Port}/");
            try
            {
                _listener.Start();
                break;
            }
            catch (HttpListenerException) when (attempt < Attempts)
            {
                // Somebody else was quicker to take the port.
            }
        }

        _serving = ServeAsync();
    }

    public Uri Endpoint { get; }

    public IReadOnlyList<ReceivedSpan> Spans => [.. _spans];

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                HttpListenerContext request = await _listener.GetContextAsync();
                using var body = new MemoryStream();
                await request.Request.InputStream.CopyToAsync(body);
                foreach (ReceivedSpan span in ReceivedSpan.Parse(body.ToArray()))
                    _spans.Enqueue(span);
                request.Response.Close();
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException or IOException)
            {
                // Closed, or the client was killed in the middle of its request: nothing was acknowledged.
            }
        }
    }
}
