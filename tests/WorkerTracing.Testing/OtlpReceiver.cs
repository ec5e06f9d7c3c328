using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace WorkerTracing.Testing;

/// <summary>A real receiver of OTLP over HTTP on a loopback port, that answers what the test says.</summary>
public sealed class OtlpReceiver : IAsyncDisposable
{
    private const int Attempts = 20;

    private readonly HttpListener _listener;
    private readonly ConcurrentQueue<OtlpSpan> _spans = new();
    private readonly ConcurrentQueue<(string Path, string? Tenant)> _addressed = new();
    private readonly ConcurrentQueue<string> _metrics = new();
    private readonly Task _serving;
    private int _requests;

    /// <param name="port">The port; 0 for a free one.</param>
    public OtlpReceiver(int port = 0)
    {
        (_listener, Endpoint) = Listen(port);
        _serving = ServeAsync();
    }

    /// <summary>The base address. The traces go to <c>v1/traces</c> below it.</summary>
    public Uri Endpoint { get; }

    /// <summary>Called with each request's spans before it is answered. Its answer is the status.</summary>
    public Func<IReadOnlyList<OtlpSpan>, Task<HttpStatusCode>> OnRequest { get; set; } = static _ => Task.FromResult(HttpStatusCode.OK);

    public int Requests => Volatile.Read(ref _requests);

    /// <summary>The path of each request, and its header <c>x-tenant</c>.</summary>
    public IReadOnlyList<(string Path, string? Tenant)> Addressed => [.. _addressed];

    /// <summary>Whether <see cref="Spans"/> has the spans. Set to false for a run with millions of them.</summary>
    public bool KeepsSpans { get; init; } = true;

    /// <summary>The spans of the requests that were answered with OK.</summary>
    public IReadOnlyList<OtlpSpan> Spans => [.. _spans];

    /// <summary>The requests to <c>v1/metrics</c>, each as a text in which the names are readable.</summary>
    public IReadOnlyList<string> Metrics => [.. _metrics];

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
    }

    /// <summary>Listens on a free port. Another process may take it first. A listener that failed to start cannot be reused.</summary>
    private static (HttpListener Listener, Uri Endpoint) Listen(int port)
    {
        for (int attempt = 1; ; attempt++)
        {
            var endpoint = new Uri($"http://127.0.0.1:{(port == 0 ? FreePort() : port)}/");
            var listener = new HttpListener();
            listener.Prefixes.Add(endpoint.ToString());
            try
            {
                listener.Start();
                return (listener, endpoint);
            }
            catch (HttpListenerException) when (attempt < Attempts)
            {
                listener.Close();
            }
        }
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private async Task ServeAsync()
    {
        var answering = new List<Task>();
        while (_listener.IsListening)
        {
            try
            {
                answering.Add(AnswerAsync(await _listener.GetContextAsync()));
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                break; // closed
            }
        }

        await Task.WhenAll(answering);
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            using var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body);
            string path = context.Request.Url!.AbsolutePath;
            _addressed.Enqueue((path, context.Request.Headers["x-tenant"]));
            Interlocked.Increment(ref _requests);
            if (path == "/v1/metrics")
                _metrics.Enqueue(Encoding.Latin1.GetString(body.ToArray()));
            IReadOnlyList<OtlpSpan> spans = path == "/v1/metrics" ? [] : OtlpSpan.ReadRequest(body.ToArray());
            HttpStatusCode status = await OnRequest(spans);
            if (status == HttpStatusCode.OK && KeepsSpans)
            {
                foreach (OtlpSpan span in spans)
                    _spans.Enqueue(span);
            }

            context.Response.StatusCode = (int)status;
            context.Response.Close();
        }
        catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException or IOException)
        {
            // the client went away
        }
    }
}
