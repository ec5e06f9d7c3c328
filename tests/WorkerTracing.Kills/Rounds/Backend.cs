using System.Globalization;
using System.Net;
using System.Net.Sockets;
using WorkerTracing.Testing;

namespace WorkerTracing.Kills;

/// <summary>An OTLP receiver that can be down: its port refuses connections meanwhile, and is kept from others.</summary>
internal sealed class Backend : IAsyncDisposable
{
    private readonly Dictionary<ulong, Arrival> _arrived = []; // guarded by itself
    private readonly int _port;
    private Socket? _reserved;
    private OtlpReceiver? _receiver;

    public Backend()
    {
        _reserved = Reserve(0);
        _port = ((IPEndPoint)_reserved.LocalEndPoint!).Port;
    }

    public Uri Endpoint => new($"http://127.0.0.1:{_port}/");

    /// <summary>Gets the number of spans that have arrived.</summary>
    public int Arrived
    {
        get
        {
            lock (_arrived)
                return _arrived.Count;
        }
    }

    public void Start()
    {
        _reserved?.Dispose();
        _reserved = null;
        _receiver ??= new OtlpReceiver(_port) { KeepsSpans = false, OnRequest = AcknowledgeAsync };
    }

    public async Task StopAsync()
    {
        if (_receiver is null)
            return;
        await _receiver.DisposeAsync();
        _receiver = null;
        _reserved = Reserve(_port);
    }

    /// <summary>Returns the spans that have arrived, by id.</summary>
    public Dictionary<ulong, Arrival> Read()
    {
        lock (_arrived)
            return new(_arrived);
    }

    public bool Has(IEnumerable<ulong> spans)
    {
        lock (_arrived)
            return spans.All(_arrived.ContainsKey);
    }

    public async ValueTask DisposeAsync()
    {
        _reserved?.Dispose();
        if (_receiver is not null)
            await _receiver.DisposeAsync();
    }

    /// <summary>A socket that is bound and does not listen: connections are refused.</summary>
    private static Socket Reserve(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
        return socket;
    }

    private static ulong Id(string hex) => hex.Length == 0 ? 0 : ulong.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private Task<HttpStatusCode> AcknowledgeAsync(IReadOnlyList<OtlpSpan> spans)
    {
        lock (_arrived)
        {
            foreach (OtlpSpan span in spans)
            {
                _arrived.TryGetValue(Id(span.SpanId), out Arrival before);
                bool isAbandoned = span.Attributes.GetValueOrDefault("error.type") is "abandoned";
                _arrived[Id(span.SpanId)] =
                    new Arrival(span.Name, Id(span.ParentSpanId), before.Times + 1, before.IsAbandoned || isAbandoned);
            }
        }

        return Task.FromResult(HttpStatusCode.OK);
    }
}
