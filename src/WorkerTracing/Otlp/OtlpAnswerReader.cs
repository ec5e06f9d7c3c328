using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace WorkerTracing;

/// <summary>Reads the answers of a backend over http/protobuf and gRPC, and says what they mean for the spans of the request.</summary>
internal sealed class OtlpAnswerReader(OtlpSettings settings, TimeProvider time)
{
    /// <summary>An answer holds a message or nothing: what is longer is not read.</summary>
    private const int MaxBodyBytes = 64 * 1024;

    private const string WithoutTls =
        ". A port without TLS needs an endpoint that begins with http://; OTEL_EXPORTER_OTLP_CERTIFICATE names authorities to trust";

    /// <summary>
    /// Over HTTP the head acknowledges the request. The body, which may name rejected spans, follows it at once or is not waited for.
    /// </summary>
    private static readonly TimeSpan BodyTimeout = TimeSpan.FromMilliseconds(250);

    private readonly BackendText _text = new(
        [.. settings.Headers.Where(static header => header.Key != "User-Agent").SelectMany(SecretsOf), .. SecretsOf(settings.Address)]);

    /// <summary>Whether a small request was refused as too many since the last success: the next large one is not split.</summary>
    private volatile bool _isRateLimited;

    /// <summary>Reads an answer.</summary>
    /// <param name="response">The response, of which the head has been read.</param>
    /// <param name="bytes">The size of the request, before compression.</param>
    /// <param name="spans">How many spans the request held.</param>
    /// <param name="limit">Ends the reading.</param>
    public SendAnswer Read(HttpResponseMessage response, int bytes, int spans, CancellationTokenSource limit)
    {
        // A client that follows redirects turns some of them into a GET without a body: whatever came of that, nothing was delivered.
        int status = response.RequestMessage is { } sent && sent.Method != HttpMethod.Post ? 302 : (int)response.StatusCode;
        SendAnswer answer = settings.IsGrpc && status == 200
            ? ReadGrpc(response, bytes, spans, limit)
            : ReadHttp(response, status, limit);
        if (answer.Verdict is SendVerdict.Accepted or SendVerdict.PartlyAccepted)
            _isRateLimited = false;
        return answer;
    }

    /// <summary>Creates the answer that stands for none within the time.</summary>
    public SendAnswer OfTimeout(bool isCanceled) => new(SendVerdict.Later)
    {
        ErrorType = isCanceled ? "canceled" : "timeout",
        Description = isCanceled
            ? "canceled at the deadline of the export or the shutdown"
            : string.Create(CultureInfo.InvariantCulture, $"no answer within {settings.Timeout.TotalSeconds:0.###} s"),
    };

    /// <summary>Creates the answer that stands for none.</summary>
    public SendAnswer OfFailure(Exception exception)
    {
        string hint = exception is HttpRequestException { InnerException: not SocketException } failure ? ProtocolHint(failure) : "";
        return new SendAnswer(SendVerdict.Later)
        {
            ErrorType = OtlpErrorType.Of(exception),
            Description = _text.Clean(SendClient.Describe(exception)) + hint,
        };
    }

    private SendAnswer ReadHttp(HttpResponseMessage response, int status, CancellationTokenSource limit)
    {
        ReadOnlyMemory<byte> body = TryReadBody(response, limit);
        SendVerdict verdict = OtlpVerdict.OfHttp(status);
        if (verdict == SendVerdict.Accepted)
            return OfPartialSuccess(PartialSuccess.Read(body.Span), status);
        string message = MessageOf(response, body.Span);
        bool isHttp2Only = !settings.IsGrpc && status == 400 && message.Contains("HTTP/2", StringComparison.OrdinalIgnoreCase);
        string hint = isHttp2Only || status == 415 || (settings.IsGrpc && status == 404) ? WrongProtocol : "";
        return new SendAnswer(isHttp2Only ? SendVerdict.Later : verdict)
        {
            Status = status,
            ErrorType = status.ToString(CultureInfo.InvariantCulture),
            RetryAfter = RetryAfterHeader.Read(response, time.GetUtcNow()),
            Description = Describe($"HTTP status {status}", message) + hint,
        };
    }

    private SendAnswer ReadGrpc(HttpResponseMessage response, int bytes, int spans, CancellationTokenSource limit)
    {
        ReadOnlyMemory<byte> body = ResponseBody.Read(response, MaxBodyBytes, limit, settings.Timeout, out _);
        string? statusText = GrpcHeader(response, "grpc-status");
        if (!int.TryParse(statusText, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            return new SendAnswer(SendVerdict.Later)
            {
                Status = 200,
                ErrorType = "invalid_response",
                Description = $"an answer without grpc-status{WrongProtocol}",
            };

        var status = (GrpcStatusCode)number;
        if (status == GrpcStatusCode.Ok)
            return OfPartialSuccess(PartialSuccess.Read(body.Length > 5 ? body.Span[5..] : default), number);

        string message = Uri.UnescapeDataString(GrpcHeader(response, "grpc-message") ?? "");
        TimeSpan? delay = RpcStatus.RetryDelayOf(GrpcHeader(response, "grpc-status-details-bin"));
        SendVerdict verdict = OtlpVerdict.OfGrpc(status);
        if (status == GrpcStatusCode.ResourceExhausted && delay is null)
        {
            verdict = OtlpVerdict.OfExhausted(message, bytes, spans, settings.MaxRequestBytes, _isRateLimited);
            _isRateLimited = verdict == SendVerdict.Later;
        }

        return new SendAnswer(verdict)
        {
            Status = number,
            ErrorType = OtlpErrorType.Of(status),
            RetryAfter = delay,
            Description = Describe($"gRPC status {Name(status)}", message) + (status == GrpcStatusCode.Unimplemented ? WrongProtocol : ""),
        };
    }

    private SendAnswer OfPartialSuccess(in PartialSuccess partial, int status)
    {
        string message = partial.Message.Length == 0 ? "" : $": {_text.Clean(partial.Message)}";
        if (partial.RejectedSpans > 0)
            return new SendAnswer(SendVerdict.PartlyAccepted)
            {
                Status = status,
                ErrorType = "rejected",
                Rejected = partial.RejectedSpans,
                Description = string.Create(CultureInfo.InvariantCulture, $"the backend rejected {partial.RejectedSpans} spans{message}"),
            };
        return new SendAnswer(SendVerdict.Accepted)
        {
            Status = status,
            Description = message.Length == 0 ? null : _text.Clean(partial.Message),
        };
    }

    /// <summary>Reads the body of an HTTP answer, as far as it comes. The head has decided already.</summary>
    private static ReadOnlyMemory<byte> TryReadBody(HttpResponseMessage response, CancellationTokenSource limit)
    {
        if (response.Content.Headers.ContentLength == 0)
            return default;
        try
        {
            ReadOnlyMemory<byte> body = ResponseBody.Read(response, MaxBodyBytes, limit, BodyTimeout, out bool isWhole);
            return isWhole || !response.IsSuccessStatusCode ? body : default;
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or HttpRequestException)
        {
            return default;
        }
    }

    private static string MessageOf(HttpResponseMessage response, ReadOnlySpan<byte> body)
    {
        string? type = response.Content.Headers.ContentType?.MediaType;
        if (type is "application/x-protobuf" or "application/protobuf")
            return RpcStatus.TryRead(body, out RpcStatus status) ? status.Message : "";
        return type is "text/html" ? "" : Encoding.UTF8.GetString(body);
    }

    private static string? GrpcHeader(HttpResponseMessage response, string name)
    {
        if (response.TrailingHeaders.TryGetValues(name, out IEnumerable<string>? values) || response.Headers.TryGetValues(name, out values))
            return values.FirstOrDefault();
        return null;
    }

    private static IEnumerable<string> SecretsOf(KeyValuePair<string, string> header) =>
        header.Value.Split(' ').Append(header.Value);

    private static IEnumerable<string> SecretsOf(Uri address) =>
        address.UserInfo.Split(':').Concat(address.Query.Split('?', '&', '='));

    private static string Name(GrpcStatusCode status) => Enum.IsDefined(status)
        ? $"{(int)status} ({status})"
        : ((int)status).ToString(CultureInfo.InvariantCulture);

    private string Describe(string status, string message) =>
        message.Length == 0 ? status : $"{status}: {_text.Clean(message).TrimEnd('.')}";

    private string WrongProtocol => settings.IsGrpc
        ? ". The port may be one of OTLP over HTTP (usually 4318): set the protocol to http/protobuf, or use the port of gRPC (4317)"
        : ". The port may be one of OTLP over gRPC (usually 4317): set the protocol to grpc, or use the port of HTTP (4318)";

    /// <summary>An answer that is none in the expected version of HTTP comes from the other protocol's port.</summary>
    private string ProtocolHint(HttpRequestException failure) => failure.HttpRequestError switch
    {
        HttpRequestError.InvalidResponse or HttpRequestError.HttpProtocolError or HttpRequestError.VersionNegotiationError => WrongProtocol,
        HttpRequestError.ResponseEnded when settings.IsGrpc => WrongProtocol,
        HttpRequestError.SecureConnectionError => WithoutTls,
        _ => "",
    };
}
