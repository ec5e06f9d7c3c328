namespace WorkerTracing;

/// <summary>Where an exporter's settings come from, beside its options.</summary>
internal sealed record OtlpContext
{
    /// <summary>Gets the value of a variable: from the configuration, else from the environment.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>Creates the client that the application registered with <c>IHttpClientFactory</c>, or returns null.</summary>
    public Func<HttpClient?> NamedClient { get; init; } = static () => null;

    /// <summary>The endpoint that was set for traces alone by a variable: it is used as it is.</summary>
    public Uri? TracesEndpoint { get; init; }

    /// <summary>Settings that cannot be used.</summary>
    public IgnoredSettings Ignored { get; init; } = new();
}
