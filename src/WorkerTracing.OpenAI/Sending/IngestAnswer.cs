using System.Globalization;

namespace WorkerTracing;

/// <summary>Reads the answers of the ingest endpoint.</summary>
internal static class IngestAnswer
{
    /// <summary>The description of a 403 with the code <c>zdr_forbidden</c>.</summary>
    public const string ContentForbidden = "HTTP status 403, zdr_forbidden";

    public static SendAnswer Of(HttpResponseMessage response, DateTimeOffset now)
    {
        // A client that follows redirects turns some of them into a GET without a body: whatever came of that, nothing was delivered.
        int status = response.RequestMessage is { } sent && sent.Method != HttpMethod.Post ? 302 : (int)response.StatusCode;
        if (status is >= 200 and < 300)
            return new SendAnswer(SendVerdict.Accepted) { Status = status };

        bool isWorthRetrying = Header(response, "x-should-retry") switch { "true" => true, "false" => false, _ => IsPassing(status) };
        return new SendAnswer(VerdictOf(status, isWorthRetrying))
        {
            Status = status,
            Description = string.Create(CultureInfo.InvariantCulture, $"HTTP status {status}"),
            RetryAfter = RetryAfterOf(response, now),
            IsWorthRetrying = isWorthRetrying,
        };
    }

    /// <summary>Creates the answer that stands for none.</summary>
    public static SendAnswer OfFailure(string description) =>
        new(SendVerdict.Later) { Description = description, IsWorthRetrying = true };

    public static bool IsKeyRefused(in SendAnswer answer) => answer.Status is 401 or 403;

    /// <summary>Returns true if the organization's data must not be kept (zero data retention).</summary>
    public static bool IsContentForbidden(in SendAnswer answer) => ReferenceEquals(answer.Description, ContentForbidden);

    private static SendVerdict VerdictOf(int status, bool isWorthRetrying) =>
        isWorthRetrying || status is 401 or 403 ? SendVerdict.Later
        : status is 400 or 413 or 422 ? SendVerdict.Split
        : SendVerdict.Lost;

    private static bool IsPassing(int status) => status is < 400 or 408 or 409 or 429 or >= 500;

    private static TimeSpan? RetryAfterOf(HttpResponseMessage response, DateTimeOffset now) =>
        double.TryParse(Header(response, "retry-after-ms"), NumberStyles.Float, CultureInfo.InvariantCulture, out double milliseconds)
            && milliseconds is >= 0 and <= int.MaxValue
            ? TimeSpan.FromMilliseconds(milliseconds)
            : RetryAfterHeader.Read(response, now);

    private static string? Header(HttpResponseMessage response, string name)
    {
        if (!response.Headers.TryGetValues(name, out IEnumerable<string>? values))
            return null;
        foreach (string value in values)
            return value.Trim();
        return null;
    }
}
