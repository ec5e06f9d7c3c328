using System.Globalization;

namespace WorkerTracing;

/// <summary>How one try of a request ended.</summary>
internal readonly record struct IngestAnswer
{
    /// <summary>The HTTP status; 0 where there was no answer.</summary>
    public int Status { get; init; }

    /// <summary>Why there was no answer.</summary>
    public string? Failure { get; init; }

    /// <summary>What the service asks to wait.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the service wants the request again, where it says so.</summary>
    public bool? ShouldRetry { get; init; }

    public bool IsKeyRefused => Status is 401 or 403;

    /// <summary>Whether to try again: as the service says, else for no answer, a redirect, 408, 409, 429 and 5xx.</summary>
    public bool IsWorthRetrying => !IsAccepted && (ShouldRetry ?? IsPassing);

    /// <summary>What it means when no further try follows.</summary>
    public IngestVerdict Verdict =>
        IsAccepted ? IngestVerdict.Accepted
        : IsKeyRefused || IsWorthRetrying ? IngestVerdict.Later
        : Status is 400 or 413 or 422 ? IngestVerdict.Refused
        : IngestVerdict.Lost;

    private bool IsAccepted => Status is >= 200 and < 300;

    private bool IsPassing => Status is < 400 or 408 or 409 or 429 or >= 500;

    public static IngestAnswer Of(HttpResponseMessage response, DateTimeOffset now) => new()
    {
        // A client that follows redirects turns some of them into a GET without a body: whatever came of that, nothing was delivered.
        Status = response.RequestMessage is { } sent && sent.Method != HttpMethod.Post ? 302 : (int)response.StatusCode,
        RetryAfter = RetryAfterOf(response, now),
        ShouldRetry = Header(response, "x-should-retry") switch { "true" => true, "false" => false, _ => null },
    };

    public override string ToString() => Failure ?? string.Create(CultureInfo.InvariantCulture, $"HTTP status {Status}");

    private static TimeSpan? RetryAfterOf(HttpResponseMessage response, DateTimeOffset now)
    {
        if (double.TryParse(Header(response, "retry-after-ms"), NumberStyles.Float, CultureInfo.InvariantCulture, out double milliseconds)
            && milliseconds is >= 0 and <= int.MaxValue)
            return TimeSpan.FromMilliseconds(milliseconds);
        return response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date > now ? date - now : TimeSpan.Zero,
            _ => null,
        };
    }

    private static string? Header(HttpResponseMessage response, string name)
    {
        if (!response.Headers.TryGetValues(name, out IEnumerable<string>? values))
            return null;
        foreach (string value in values)
            return value.Trim();
        return null;
    }
}
