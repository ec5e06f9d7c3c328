namespace WorkerTracing;

/// <summary>Reads how long a backend asks to wait, by the header <c>Retry-After</c> of RFC 9110: seconds, or a date.</summary>
internal static class RetryAfterHeader
{
    public static TimeSpan? Read(HttpResponseMessage response, DateTimeOffset now) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date > now ? date - now : TimeSpan.Zero,
        _ => null,
    };
}
