namespace WorkerTracing;

/// <summary>What the selectors decided for one trace.</summary>
/// <param name="Credentials">The credentials; null for the exporter's own.</param>
/// <param name="IncludeContent">Whether the trace's content is sent.</param>
/// <param name="HasFailed">Whether the selector of the credentials threw: the trace must not be sent with others.</param>
internal readonly record struct TracePolicy(OpenAICredentials? Credentials, bool IncludeContent, bool HasFailed);
