using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Headers;

namespace WorkerTracing;

/// <summary>Posts items to the ingest endpoint, once. A failure is part of the answer; it never throws.</summary>
internal sealed class IngestClient(TimeProvider time) : IDisposable
{
    private const int MaxBodyBytes = 4096;

    private static readonly TimeSpan BodyTimeout = TimeSpan.FromSeconds(2);

    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private static readonly ProductInfoHeaderValue UserAgent =
        new("WorkerTracing.OpenAI", typeof(IngestClient).Assembly.GetName().Version?.ToString(3));

    private static readonly byte[] Head = "{\"data\":["u8.ToArray();
    private static readonly byte[] Tail = "]}"u8.ToArray();

    private readonly Lock _sync = new();
    private SendClient? _client;

    /// <param name="items">The items, a comma between any two.</param>
    /// <param name="options">The address and the timeout.</param>
    /// <param name="credentials">The credentials, which are valid as values of headers.</param>
    /// <param name="cancellationToken">Ends it.</param>
    [SuppressMessage("Design", "CA1031", Justification = "The boundary to the network and to a foreign client: any failure is an answer.")]
    public SendAnswer Post(
        ReadOnlyMemory<byte> items, OpenAIExporterOptions options, OpenAICredentials credentials, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.RequestTimeout);
        try
        {
            using HttpRequestMessage request = RequestOf(items, options, credentials);
            // The body is read for a 403 alone, and no more than its beginning. The handler reads the rest of it when the response is
            // disposed, off this thread and within limits of its own; reading it here could last for ever, because a synchronous read ends
            // only when the other side does.
            using HttpResponseMessage response = Send(request, options, limit.Token);
            SendAnswer answer = IngestAnswer.Of(response, time.GetUtcNow());
            return answer.Status == 403 ? answer with { Description = Reason(response, answer.Description!, limit) } : answer;
        }
        catch (OperationCanceledException)
        {
            return IngestAnswer.OfFailure(cancellationToken.IsCancellationRequested ? "the deadline" : "a timeout");
        }
        catch (Exception exception)
        {
            return IngestAnswer.OfFailure(SendClient.Describe(exception).Replace(credentials.ApiKey, "<key>", StringComparison.Ordinal));
        }
    }

    public void Dispose() => _client?.Dispose();

    /// <summary>Reads the beginning of a refusal's body for the one code that changes what is sent.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "The boundary to the network: without its body, the refusal has its status.")]
    private static string Reason(HttpResponseMessage response, string description, CancellationTokenSource limit)
    {
        try
        {
            limit.CancelAfter(BodyTimeout);
            byte[] body = new byte[MaxBodyBytes];
            using Stream stream = response.Content.ReadAsStream(limit.Token);
            int length = stream.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, limit.Token)
                .AsTask().ConfigureAwait(false).GetAwaiter().GetResult();
            return body.AsSpan(0, length).IndexOf("zdr_forbidden"u8) >= 0 ? IngestAnswer.ContentForbidden : description;
        }
        catch (Exception)
        {
            return description;
        }
    }

    private static HttpRequestMessage RequestOf(
        ReadOnlyMemory<byte> items, OpenAIExporterOptions options, OpenAICredentials credentials)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, options.Endpoint) { Content = new RequestContent(Json, Head, items, Tail) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", credentials.ApiKey);
        request.Headers.TryAddWithoutValidation("OpenAI-Beta", "traces=v1");
        request.Headers.UserAgent.Add(UserAgent);
        if (credentials.Organization is { } organization)
            request.Headers.TryAddWithoutValidation("OpenAI-Organization", organization);
        if (credentials.Project is { } project)
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
        SendClient client = ClientOf(options);
        return client.IsOwn
            ? client.Send(request, cancellationToken)
            : client.SendAsync(request, cancellationToken).ConfigureAwait(false).GetAwaiter().GetResult();
    }

    private SendClient ClientOf(OpenAIExporterOptions options)
    {
        lock (_sync)
            return _client ??= new SendClient(() => options.HttpClientFactory?.Invoke(), SendClient.CreateHandler);
    }
}
