using System.Net.Sockets;

namespace WorkerTracing;

/// <summary>The client that requests are sent with: one that the application gives, else one of the exporter's own.</summary>
/// <param name="given">Makes the application's client, or returns null. Called once, before the first request.</param>
/// <param name="own">Makes the handler of the exporter's own client.</param>
internal sealed class SendClient(Func<HttpClient?> given, Func<HttpMessageHandler> own) : IDisposable
{
    private readonly Lock _sync = new();
    private HttpMessageInvoker? _client; // written under the lock, once

    /// <summary>Gets whether the client is the exporter's own.</summary>
    public bool IsOwn => Client is not HttpClient;

    /// <summary>Gets the client. The own one is no <see cref="HttpClient"/>, which links another cancellation to each request.</summary>
    private HttpMessageInvoker Client
    {
        get
        {
            lock (_sync)
            {
                return _client ??= given() ?? new HttpMessageInvoker(own());
            }
        }
    }

    /// <summary>Sends a request on the calling thread, and returns once the head of the response has been read.</summary>
    public HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) => Client is HttpClient client
        ? client.Send(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken)
        : Client.Send(request, cancellationToken);

    /// <inheritdoc cref="Send"/>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        Client is HttpClient client
        ? client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken)
        : Client.SendAsync(request, cancellationToken);

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

    public void Dispose()
    {
        if (_client is not HttpClient)
            _client?.Dispose();
    }
}
