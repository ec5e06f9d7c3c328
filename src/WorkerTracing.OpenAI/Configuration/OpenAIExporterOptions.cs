namespace WorkerTracing;

/// <summary>
/// How an <see cref="OpenAITraceExporter"/> sends. Binds from the <c>WorkerTracing:OpenAI</c> configuration section; validated when the
/// host starts.
/// </summary>
/// <remarks>Every export reads the options anew, so a key that was wrong can be corrected while the process runs.</remarks>
public sealed class OpenAIExporterOptions
{
    private static readonly Uri DefaultEndpoint = new("https://api.openai.com/v1/traces/ingest");

    private string? _apiKey;
    private string? _organization;
    private string? _project;
    private bool? _includeContent;

    /// <summary>The API key that traces are sent with. It appears in no log, exception, span or metric.</summary>
    /// <value>The default is the variable <c>OPENAI_API_KEY</c>, read at each export. White space around it is ignored. Without a key spans
    /// are dropped, and counted.</value>
    public string? ApiKey
    {
        get => Nonempty(_apiKey) ?? OpenAIEnvironment.ApiKey;
        set => _apiKey = value;
    }

    /// <summary>The organization that the traces belong to, for keys that have several.</summary>
    /// <value>The default is the variable <c>OPENAI_ORG_ID</c>.</value>
    public string? Organization
    {
        get => Nonempty(_organization) ?? OpenAIEnvironment.Organization;
        set => _organization = value;
    }

    /// <summary>The project that the traces belong to, for keys that have several.</summary>
    /// <value>The default is the variable <c>OPENAI_PROJECT_ID</c>.</value>
    public string? Project
    {
        get => Nonempty(_project) ?? OpenAIEnvironment.Project;
        set => _project = value;
    }

    /// <summary>Where the traces go.</summary>
    /// <value>The default is <c>https://api.openai.com/v1/traces/ingest</c>. An absolute http or https address.</value>
    public Uri Endpoint { get; set; } = DefaultEndpoint;

    /// <summary>How often a request is tried again within one export, after its first try has failed for a passing reason.</summary>
    /// <value>The default is 3. From 0 to 100.</value>
    public int MaxRetries { get; set; } = 3;

    /// <summary>The wait before the first retry; it doubles with each further one, and up to a tenth of it is added at random.</summary>
    /// <value>The default is 1 second. Positive, and at most <see cref="MaxDelay"/>.</value>
    public TimeSpan BaseDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait before a retry, also where the service asks for a longer one.</summary>
    /// <value>The default is 30 seconds. Positive, at most 24 days.</value>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest that one try may take. The processor's own deadline may end it earlier.</summary>
    /// <value>The default is 60 seconds. Positive and at most 24 days, or <see cref="Timeout.InfiniteTimeSpan"/>.</value>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Whether messages, tool arguments and results, what was retrieved or remembered, and job arguments leave with their spans, where they
    /// were recorded.
    /// With false none of them does; names, models, token counts, times and errors do.
    /// </summary>
    /// <value>The default is true, or the variable <c>OPENAI_AGENTS_TRACE_INCLUDE_SENSITIVE_DATA</c>.</value>
    public bool IncludeContent
    {
        get => _includeContent ?? OpenAIEnvironment.IncludeContent;
        set => _includeContent = value;
    }

    /// <summary>
    /// Makes the client that requests are sent with: for a proxy, certificates, a test. Called once, before the first request.
    /// </summary>
    /// <value>
    /// The default is null: a client of the exporter's own, which follows no redirects, writes no trace headers and is disposed of
    /// with the exporter. The factory's client is not disposed of.
    /// </value>
    public Func<HttpClient>? HttpClientFactory { get; set; }

    /// <summary>Gets whether the traces go to OpenAI itself. A slash at the end makes no difference.</summary>
    internal bool IsDefaultEndpoint => Endpoint.AbsoluteUri.TrimEnd('/') == DefaultEndpoint.AbsoluteUri;

    private static string? Nonempty(string? value) => string.IsNullOrWhiteSpace(value) ? null : value.Trim();
}
