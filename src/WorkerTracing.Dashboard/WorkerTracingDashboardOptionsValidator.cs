using Microsoft.Extensions.Options;

namespace WorkerTracing;

/// <summary>Collects every invalid option of <see cref="WorkerTracingDashboardOptions"/>, each with its value.</summary>
internal sealed class WorkerTracingDashboardOptionsValidator : IValidateOptions<WorkerTracingDashboardOptions>
{
    private const int SmallestBytes = 1024 * 1024;
    private const int MostTraces = 100_000;

    public ValidateOptionsResult Validate(string? name, WorkerTracingDashboardOptions options)
    {
        var failures = new List<string>();
        if (options.MaxTraces is < 1 or > MostTraces)
            failures.Add($"WorkerTracingDashboardOptions.MaxTraces is {options.MaxTraces}; it must be 1 to {MostTraces}.");
        if (options.MaxBytes < SmallestBytes)
            failures.Add($"WorkerTracingDashboardOptions.MaxBytes is {options.MaxBytes}; it must be at least {SmallestBytes}.");
        if (options.TraceUrl is { } url && !IsTemplate(url))
        {
            failures.Add(
                $"WorkerTracingDashboardOptions.TraceUrl is '{url}'; it must be an absolute http or https address "
                + $"with {TraceLink.Placeholder} in it.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static bool IsTemplate(string url) =>
        url.Contains(TraceLink.Placeholder, StringComparison.Ordinal)
        && Uri.TryCreate(TraceLink.To(url, "0"), UriKind.Absolute, out Uri? address)
        && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps);
}
