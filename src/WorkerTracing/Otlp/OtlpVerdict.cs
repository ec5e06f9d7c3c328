namespace WorkerTracing;

/// <summary>
/// What the statuses of OTLP mean for the spans of a request, by the OTLP specification and beyond it where that would lose spans.
/// </summary>
internal static class OtlpVerdict
{
    /// <summary>A request of this size is refused for a rate limit, not for its size.</summary>
    public const int SmallRequestBytes = 64 * 1024;

    private static readonly string[] SizeMessages = ["larger than max", "message size", "maximum size"];

    public static SendVerdict OfHttp(int status) => status switch
    {
        >= 200 and < 300 => SendVerdict.Accepted,
        401 or 403 or 429 or 502 or 503 or 504 => SendVerdict.Later,
        400 or 413 or 422 => SendVerdict.Split,
        _ => SendVerdict.Lost,
    };

    public static SendVerdict OfGrpc(GrpcStatusCode status) => status switch
    {
        GrpcStatusCode.Ok => SendVerdict.Accepted,
        GrpcStatusCode.InvalidArgument => SendVerdict.Split,
        GrpcStatusCode.Cancelled
            or GrpcStatusCode.DeadlineExceeded
            or GrpcStatusCode.PermissionDenied
            or GrpcStatusCode.ResourceExhausted
            or GrpcStatusCode.Aborted
            or GrpcStatusCode.OutOfRange
            or GrpcStatusCode.Unavailable
            or GrpcStatusCode.DataLoss
            or GrpcStatusCode.Unauthenticated => SendVerdict.Later,
        _ => SendVerdict.Lost,
    };

    /// <summary>
    /// Decides on RESOURCE_EXHAUSTED without a RetryInfo, which stands for a message that is too large and for a rate limit alike: a large
    /// request is split until it is small or the backend accepts a part. A single span is lost only if its size is known to be the reason.
    /// </summary>
    /// <param name="message">The backend's message.</param>
    /// <param name="bytes">The size of the request.</param>
    /// <param name="spans">How many spans it holds.</param>
    /// <param name="maxBytes">The size that backends accept.</param>
    /// <param name="isRateLimited">Whether a small request was refused since the last success.</param>
    public static SendVerdict OfExhausted(string message, int bytes, int spans, int maxBytes, bool isRateLimited)
    {
        if (SizeMessages.Any(words => message.Contains(words, StringComparison.OrdinalIgnoreCase)) || bytes > maxBytes)
            return SendVerdict.Split;
        return bytes > SmallRequestBytes && spans > 1 && !isRateLimited ? SendVerdict.Split : SendVerdict.Later;
    }
}
