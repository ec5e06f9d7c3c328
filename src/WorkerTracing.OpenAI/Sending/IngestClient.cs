using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace WorkerTracing;

/// <summary>Posts items to the ingest endpoint, once. What goes wrong is part of the answer; it never throws.</summary>
internal sealed class IngestClient(TimeProvider time) : IDisposable
{
    private static readonly ProductInfoHeaderValue UserAgent =
        new("WorkerTracing.OpenAI", typeof(IngestClient).Assembly.GetName().Version?.ToString(3));

    private readonly Lock _sync = new();
    private HttpClient? _own;
    private HttpClient? _given;

    /// <param name="items">The items, a comma between any two.</param>
    /// <param name="options">Where to, as whom, and how long it may take.</param>
    /// <param name="key">The key, which can be a header's value.</param>
    /// <param name="cancellationToken">Ends it.</param>
    [SuppressMessage("Design", "CA1031", Justification = "The boundary to the network and to a foreign client: any failure is an answer.")]
    public IngestAnswer Post(ReadOnlyMemory<byte> items, OpenAIExporterOptions options, string key, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.RequestTimeout);
        try
        {
            using HttpRequestMessage request = RequestOf(items, options, key);
            // Nobody wants the body. The handler reads what is left of it when the response is disposed of, off this thread and within
            // limits of its own; reading it
            // here could last for ever, because a synchronous read has no end but the other side's.
            using HttpResponseMessage response = Send(request, options, limit.Token);
            return IngestAnswer.Of(response, time.GetUtcNow());
        }
        catch (OperationCanceledException)
        {
            return new IngestAnswer { Failure = cancellationToken.IsCancellationRequested ? "the deadline" : "a timeout" };
        }
        catch (Exception exception)
        {
            return new IngestAnswer { Failure = Describe(exception, key) };
        }
    }

    public void Dispose() => _own?.Dispose();

    private static HttpRequestMessage RequestOf(ReadOnlyMemory<byte> items, OpenAIExporterOptions options, string key)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, options.Endpoint) { Content = new IngestContent(items) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        request.Headers.TryAddWithoutValidation("OpenAI-Beta", "traces=v1");
        request.Headers.UserAgent.Add(UserAgent);
        if (options.Organization is { } organization)
            request.Headers.TryAddWithoutValidation("OpenAI-Organization", organization);
        if (options.Project is { } project)
            request.Headers.TryAddWithoutValidation("OpenAI-Project", project);
        return request;
    }

    /// <summary>
    /// The own client sends on the calling thread, so that a starved thread pool holds up nothing that goes over an open connection (a new
    /// one is opened on the pool). A given one may have handlers that
    /// exist in their asynchronous form alone, which a synchronous call would pass by without a word.
    /// </summary>
    private HttpResponseMessage Send(HttpRequestMessage request, OpenAIExporterOptions options, CancellationToken cancellationToken)
    {
        if (Client(options, out bool isOwn) is var client && isOwn)
            return client.Send(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        return client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false).GetAwaiter()
            .GetResult();
    }

    private HttpClient Client(OpenAIExporterOptions options, out bool isOwn)
    {
        lock (_sync)
        {
            if (_own is null && _given is null)
            {
                _given = options.HttpClientFactory?.Invoke();
                _own = _given is null ? CreateOwn() : null;
            }
            isOwn = _own is not null;
            return (_own ?? _given)!;
        }
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The client owns its handler, and this object the client.")]
    private static HttpClient CreateOwn() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ActivityHeadersPropagator = null,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    private static string Describe(Exception exception, string key)
    {
        Exception cause = exception is HttpRequestException { InnerException: SocketException or IOException }
            ? exception.InnerException!
            : exception;
        return $"{cause.GetType().Name} ({cause.Message.Replace(key, "<key>", StringComparison.Ordinal)})";
    }
}
