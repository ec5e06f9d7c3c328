using System.Globalization;
using Microsoft.Extensions.Options;

namespace WorkerTracing;

/// <summary>
/// Reports every option that is out of its range with its value. The value of the key, and the parts of an address that may be secret, are
/// never reported.
/// </summary>
internal sealed class OpenAIExporterOptionsValidator : IValidateOptions<OpenAIExporterOptions>
{
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(int.MaxValue);

    public ValidateOptionsResult Validate(string? name, OpenAIExporterOptions options)
    {
        List<string> failures = [];
        Check(
            options.Endpoint is { IsAbsoluteUri: true, Scheme: "http" or "https" },
            nameof(options.Endpoint),
            options.Endpoint is null ? null : ShownAddress.Of(options.Endpoint.OriginalString),
            "an absolute http or https address");
        Check(options.MaxRetries is >= 0 and <= 100, nameof(options.MaxRetries), options.MaxRetries, "from 0 to 100");
        Check(
            options.MaxDelay > TimeSpan.Zero && options.MaxDelay <= Longest,
            nameof(options.MaxDelay),
            options.MaxDelay,
            "positive and at most 24 days");
        Check(
            options.BaseDelay > TimeSpan.Zero && options.BaseDelay <= options.MaxDelay,
            nameof(options.BaseDelay),
            options.BaseDelay,
            "positive and at most MaxDelay");
        Check(
            options.RequestTimeout == Timeout.InfiniteTimeSpan
                || (options.RequestTimeout > TimeSpan.Zero && options.RequestTimeout <= Longest),
            nameof(options.RequestTimeout), options.RequestTimeout, "positive and at most 24 days, or infinite (-00:00:00.001)");
        Check(IsHeaderValue(options.ApiKey), nameof(options.ApiKey), "not shown here", "printable ASCII without spaces");
        Check(IsHeaderValue(options.Organization), nameof(options.Organization), options.Organization, "printable ASCII without spaces");
        Check(IsHeaderValue(options.Project), nameof(options.Project), options.Project, "printable ASCII without spaces");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Check(bool valid, string option, object? value, string rule)
        {
            if (!valid)
                failures.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{nameof(OpenAIExporterOptions)}.{option} is {value ?? "null"}; it must be {rule}."));
        }
    }

    public static bool AreHeaderValues(OpenAICredentials credentials) =>
        IsHeaderValue(credentials.ApiKey) && IsHeaderValue(credentials.Organization) && IsHeaderValue(credentials.Project);

    /// <summary>Returns true for printable ASCII. The HTTP client refuses other values with an exception that quotes them.</summary>
    public static bool IsHeaderValue(string? value) => value is null || !value.AsSpan().ContainsAnyExceptInRange('!', '~');
}
