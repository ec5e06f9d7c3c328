namespace WorkerTracing;

/// <summary>
/// Configures an <see cref="OpenAITraceExporter"/>. Binds from the <c>WorkerTracing:OpenAI</c> configuration section, and is validated
/// when the host starts.
/// </summary>
/// <remarks>Every export reads the options anew, so a key that was wrong can be corrected while the process runs.</remarks>
public sealed class OpenAIExporterOptions
{
    private static readonly Uri DefaultEndpoint = new("https://api.openai.com/v1/traces/ingest");

    private string? _apiKey;
    private string? _organization;
    private string? _project;
    private bool? _includeContent;

    /// <summary>Gets or sets the API key that traces are sent with. It appears in no log, exception, span or metric.</summary>
    /// <value>
    /// The default is the variable <c>OPENAI_API_KEY</c>, read at each export. White space around it is ignored. Without a key, spans are
    /// dropped and counted.
    /// </value>
    public string? ApiKey
    {
        get => Nonempty(_apiKey) ?? OpenAIEnvironment.ApiKey;
        set => _apiKey = value;
    }

    /// <summary>Gets or sets the organization that the traces belong to, for keys that have several.</summary>
    /// <value>The default is the variable <c>OPENAI_ORG_ID</c>.</value>
    public string? Organization
    {
        get => Nonempty(_organization) ?? OpenAIEnvironment.Organization;
        set => _organization = value;
    }

    /// <summary>Gets or sets the project that the traces belong to, for keys that have several.</summary>
    /// <value>The default is the variable <c>OPENAI_PROJECT_ID</c>.</value>
    public string? Project
    {
        get => Nonempty(_project) ?? OpenAIEnvironment.Project;
        set => _project = value;
    }

    /// <summary>Gets or sets the address that traces are sent to.</summary>
    /// <value>The default is <c>https://api.openai.com/v1/traces/ingest</c>. An absolute http or https address.</value>
    public Uri Endpoint { get; set; } = DefaultEndpoint;

    /// <summary>
    /// Gets or sets the number of retries of a request within one export, after a failure that may pass. Retries are limited further: ten
    /// delivered requests earn one, so that an outage is not multiplied.
    /// </summary>
    /// <value>The default is 3. From 0 to 100.</value>
    public int MaxRetries { get; set; } = 3;

    /// <summary>Gets or sets the delay before the first retry. It doubles with each retry, plus up to a tenth at random.</summary>
    /// <value>The default is 1 second. Positive, and at most <see cref="MaxDelay"/>.</value>
    public TimeSpan BaseDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Gets or sets the longest delay before a retry, also where the service asks for a longer one.</summary>
    /// <value>The default is 30 seconds. Positive, at most 24 days.</value>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets the timeout of one attempt. The processor's own deadline may end it earlier.</summary>
    /// <value>The default is 60 seconds. Positive and at most 24 days, or <see cref="Timeout.InfiniteTimeSpan"/>.</value>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Gets or sets whether content is sent where it was recorded: messages, tool arguments and results, retrieved and remembered
    /// documents, job arguments, and the texts of errors. Without content, names, models, token counts, times and the types of errors are
    /// sent.
    /// </summary>
    /// <value>The default is true, or the variable <c>OPENAI_AGENTS_TRACE_INCLUDE_SENSITIVE_DATA</c>.</value>
    public bool IncludeContent
    {
        get => _includeContent ?? OpenAIEnvironment.IncludeContent;
        set => _includeContent = value;
    }

    /// <summary>
    /// Gets or sets a function that selects the credentials that a job's trace is sent with, for workers that run jobs of several
    /// tenants. Spans with the same credentials share requests. With <c>AddOpenAIExporter</c>, each <see cref="OpenAICredentials.Name"/>
    /// (or key without a name) has its own queue, threads and delays, up to 256 of them. Called with the outermost job of the trace: on the
    /// job's thread when its first span ends, and once in each export. Must not block.
    /// </summary>
    /// <value>
    /// The default is null: every trace is sent with <see cref="ApiKey"/>. The same holds for a trace for which the selector returns null,
    /// and for spans outside of jobs. If it throws, the trace is dropped and counted.
    /// </value>
    public Func<JobTrace, OpenAICredentials?>? CredentialsSelector { get; set; }

    /// <summary>
    /// Gets or sets a function that finds credentials by their <see cref="OpenAICredentials.Name"/>. The flight recorder keeps the name of a
    /// trace's credentials and never the key, so that a later process needs this function to send the trace. Called on the export thread,
    /// once for each name in an export of recorded spans. May block it.
    /// </summary>
    /// <value>
    /// The default is null. Recorded spans of a name for which there are no credentials, or for which the function throws, are dropped and
    /// counted. Spans whose credentials have no name are not recorded.
    /// </value>
    public Func<string, OpenAICredentials?>? CredentialsResolver { get; set; }

    /// <summary>
    /// Gets or sets a function that decides whether a job's trace is sent with content. See <see cref="IncludeContent"/>. Called with the
    /// outermost job of the trace, once in each export, and with <see cref="CredentialsSelector"/>. Must not block.
    /// </summary>
    /// <value>
    /// The default is null: <see cref="IncludeContent"/> applies, as it does to spans outside of jobs. If it throws, the trace is sent
    /// without content.
    /// </value>
    public Func<JobTrace, bool>? ContentSelector { get; set; }

    /// <summary>
    /// Gets or sets a factory for the client that requests are sent with: for a proxy, certificates or a test. Called once, before the
    /// first request.
    /// </summary>
    /// <value>
    /// The default is null: a client of the exporter's own, which follows no redirects, writes no trace headers and is disposed with the
    /// exporter. The factory's client is not disposed.
    /// </value>
    public Func<HttpClient>? HttpClientFactory { get; set; }

    /// <summary>Gets the exporter's own credentials; null without a key.</summary>
    internal OpenAICredentials? Credentials => ApiKey is { } key ? new OpenAICredentials(key, Organization, Project) : null;

    /// <summary>Gets whether the traces go to OpenAI itself. A slash at the end makes no difference.</summary>
    internal bool IsDefaultEndpoint => Endpoint.AbsoluteUri.TrimEnd('/') == DefaultEndpoint.AbsoluteUri;

    private static string? Nonempty(string? value) => string.IsNullOrWhiteSpace(value) ? null : value.Trim();
}
