using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Headers;

namespace WorkerTracing;

/// <summary>Posts items to the ingest endpoint, once. A failure is part of the answer; it never throws.</summary>
internal sealed class IngestClient(TimeProvider time) : IDisposable
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private static readonly ProductInfoHeaderValue UserAgent =
        new("WorkerTracing.OpenAI", typeof(IngestClient).Assembly.GetName().Version?.ToString(3));

    private static readonly byte[] Head = "{\"data\":["u8.ToArray();
    private static readonly byte[] Tail = "]}"u8.ToArray();

    private readonly Lock _sync = new();
    private SendClient? _client;

    /// <param name="items">The items, a comma between any two.</param>
    /// <param name="options">The address, the credentials and the timeout.</param>
    /// <param name="key">The key, which is valid as a header's value.</param>
    /// <param name="cancellationToken">Ends it.</param>
    [SuppressMessage("Design", "CA1031", Justification = "The boundary to the network and to a foreign client: any failure is an answer.")]
    public SendAnswer Post(ReadOnlyMemory<byte> items, OpenAIExporterOptions options, string key, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.RequestTimeout);
        try
        {
            using HttpRequestMessage request = RequestOf(items, options, key);
            // The body is not read. The handler reads the rest of it when the response is disposed, off this thread and within limits of
            // its own; reading it here could last for ever, because a synchronous read ends only when the other side does.
            using HttpResponseMessage response = Send(request, options, limit.Token);
            return IngestAnswer.Of(response, time.GetUtcNow());
        }
        catch (OperationCanceledException)
        {
            return IngestAnswer.OfFailure(cancellationToken.IsCancellationRequested ? "the deadline" : "a timeout");
        }
        catch (Exception exception)
        {
            return IngestAnswer.OfFailure(SendClient.Describe(exception).Replace(key, "<key>", StringComparison.Ordinal));
        }
    }

    public void Dispose() => _client?.Dispose();

    private static HttpRequestMessage RequestOf(ReadOnlyMemory<byte> items, OpenAIExporterOptions options, string key)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, options.Endpoint) { Content = new RequestContent(Json, Head, items, Tail) };
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
    /// Sends on the calling thread with the own client, so that a starved thread pool does not delay what goes over an open connection (a
    /// new one is opened on the pool). A given client may have handlers that exist in their asynchronous form alone, which a synchronous
    /// call would skip.
    /// </summary>
    private HttpResponseMessage Send(HttpRequestMessage request, OpenAIExporterOptions options, CancellationToken cancellationToken)
    {
        HttpClient client = ClientOf(options).Get(out bool isOwn);
        if (isOwn)
            return client.Send(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        return client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false).GetAwaiter()
            .GetResult();
    }

    private SendClient ClientOf(OpenAIExporterOptions options)
    {
        lock (_sync)
            return _client ??= new SendClient(() => options.HttpClientFactory?.Invoke(), SendClient.CreateHandler);
    }
}
