using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;

namespace WorkerTracing;

/// <summary>
/// Makes one attempt to send a request, over http/protobuf or gRPC. A failure is part of the answer; it never throws. Safe for concurrent
/// use.
/// </summary>
internal sealed class OtlpClient(OtlpSettings settings, TimeProvider time) : IDisposable
{
    private static readonly MediaTypeHeaderValue Protobuf = new("application/x-protobuf");
    private static readonly MediaTypeHeaderValue Grpc = new("application/grpc");

    private readonly SendClient _client = new(settings.GivenClient, settings.OwnHandler);
    private readonly OtlpAnswerReader _answers = new(settings, time);
    private volatile bool _sendsAsynchronously = settings.IsGrpc;

    /// <summary>Sends a request.</summary>
    /// <param name="message">The message. Given up, if a connection still reads it afterwards.</param>
    /// <param name="spans">How many spans it holds.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    [SuppressMessage("Design", "CA1031", Justification = "The boundary to the network and to a foreign client: any failure is an answer.")]
    public SendAnswer Send(OtlpRequest message, int spans, CancellationToken cancellationToken)
    {
        using OtlpRequest? compressed = settings.Compresses ? Compress(message) : null;
        RequestContent content = ContentOf(compressed ?? message);
        CancellationTokenSource limit = message.Deadline.Start(settings.Timeout, cancellationToken);
        try
        {
            using HttpRequestMessage request = RequestOf(content);
            using HttpResponseMessage response = Send(request, limit);
            return _answers.Read(response, message.Length, spans, limit);
        }
        catch (NotSupportedException) when (!_sendsAsynchronously)
        {
            // A given handler that has no synchronous form. The content was not read.
            _sendsAsynchronously = true;
        }
        catch (OperationCanceledException)
        {
            return _answers.OfTimeout(cancellationToken.IsCancellationRequested);
        }
        catch (Exception exception)
        {
            return _answers.OfFailure(exception);
        }
        finally
        {
            bool isBeingRead = content.IsBeingRead;
            message.Deadline.Stop(isBeingRead);
            if (isBeingRead)
                (compressed ?? message).Abandon();
        }

        return Send(message, spans, cancellationToken);
    }

    public void Dispose() => _client.Dispose();

    private static OtlpRequest Compress(OtlpRequest message)
    {
        var compressed = new OtlpRequest();
        compressed.Begin();
        using var gzip = new GZipStream(new WriterStream(compressed.Writer), CompressionLevel.Fastest);
        foreach (ReadOnlyMemory<byte> part in message.ToParts())
            gzip.Write(part.Span);
        return compressed;
    }

    private RequestContent ContentOf(OtlpRequest body)
    {
        if (settings.IsGrpc)
            return new RequestContent(Grpc, body.ToGrpcParts(settings.Compresses));
        var content = new RequestContent(Protobuf, body.ToParts());
        if (settings.Compresses)
            content.Headers.ContentEncoding.Add("gzip");
        return content;
    }

    private HttpRequestMessage RequestOf(RequestContent content)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, settings.Address) { Content = content };
        foreach (KeyValuePair<string, string> header in settings.Headers)
            request.Headers.TryAddWithoutValidation(header.Key, header.Value);
        if (!settings.IsGrpc)
            return request;
        request.Version = HttpVersion.Version20;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        request.Headers.TryAddWithoutValidation("TE", "trailers");
        if (settings.Compresses)
            request.Headers.TryAddWithoutValidation("grpc-encoding", "gzip");
        return request;
    }

    /// <summary>
    /// Sends on the calling thread over HTTP/1.1, also with a given client, as OpenTelemetry's exporter does: a starved thread pool does
    /// not delay what goes over an open connection. HTTP/2 exists in its asynchronous form alone.
    /// </summary>
    private HttpResponseMessage Send(HttpRequestMessage request, CancellationTokenSource limit) => _sendsAsynchronously
        ? Waiting.For(_client.SendAsync(request, limit.Token), settings.Timeout, limit)
        : _client.Send(request, limit.Token);
}
