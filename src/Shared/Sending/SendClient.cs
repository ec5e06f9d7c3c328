using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;

namespace WorkerTracing;

/// <summary>The client that requests are sent with: one that the application gives, else one of the exporter's own.</summary>
/// <param name="given">Makes the application's client, or returns null. Called once, before the first request.</param>
/// <param name="own">Makes the handler of the exporter's own client.</param>
internal sealed class SendClient(Func<HttpClient?> given, Func<HttpMessageHandler> own) : IDisposable
{
    private readonly Lock _sync = new();
    private HttpClient? _own;
    private HttpClient? _given;

    /// <summary>Gets the client.</summary>
    /// <param name="isOwn">True if it is the exporter's own.</param>
    public HttpClient Get(out bool isOwn)
    {
        lock (_sync)
        {
            if (_own is null && _given is null)
            {
                _given = given();
                _own = _given is null ? CreateOwn() : null;
            }

            isOwn = _own is not null;
            return (_own ?? _given)!;
        }
    }

    /// <summary>Creates a handler that follows no redirect, keeps no cookie and adds no trace headers.</summary>
    public static SocketsHttpHandler CreateHandler() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ActivityHeadersPropagator = null,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    };

    /// <summary>Describes why no answer came, by the socket's or the stream's own error.</summary>
    public static string Describe(Exception exception)
    {
        Exception cause = exception;
        while (cause is HttpRequestException && cause.InnerException is { } inner)
            cause = inner;
        return cause is SocketException { SocketErrorCode: var error }
            ? $"{error} ({cause.Message})"
            : $"{cause.GetType().Name} ({cause.Message})";
    }

    public void Dispose() => _own?.Dispose();

    [SuppressMessage("Reliability", "CA2000", Justification = "The client owns its handler, and this object the client.")]
    private HttpClient CreateOwn() => new(own()) { Timeout = Timeout.InfiniteTimeSpan };
}
