namespace WorkerTracing;

/// <summary>The variables that the reference SDKs read.</summary>
internal static class OpenAIEnvironment
{
    public const string DisableTracing = "OPENAI_AGENTS_DISABLE_TRACING";

    public static string? ApiKey => Read("OPENAI_API_KEY");

    public static string? Organization => Read("OPENAI_ORG_ID");

    public static string? Project => Read("OPENAI_PROJECT_ID");

    public static string? BaseUrl => Read("OPENAI_BASE_URL");

    public static bool IsTracingDisabled => IsOn(Read(DisableTracing));

    public static bool IncludeContent => Read("OPENAI_AGENTS_TRACE_INCLUDE_SENSITIVE_DATA") is not { } value || IsOn(value);

    private static bool IsOn(string? value) => value is "1" || string.Equals(value, "true", StringComparison.OrdinalIgnoreCase);

    private static string? Read(string name) =>
        Environment.GetEnvironmentVariable(name)?.Trim() is { Length: > 0 } value ? value : null;
}
