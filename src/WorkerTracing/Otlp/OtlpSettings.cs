using OpenTelemetry.Exporter;

namespace WorkerTracing;

/// <summary>What an exporter sends with: OpenTelemetry's options, and what they leave to the exporter.</summary>
internal sealed record OtlpSettings
{
    public const int DefaultTimeoutMilliseconds = 10_000;

    /// <summary>What collectors accept, by the default of gRPC. OpenTelemetry's options say 64 MiB where nothing is set.</summary>
    private const int DefaultMaxRequestBytes = 4 * 1024 * 1024;

    private const int UnsetMaxRequestBytes = 64 * 1024 * 1024;

    private static readonly string UserAgent = $"WorkerTracing/{typeof(OtlpSettings).Assembly.GetName().Version?.ToString(3)}";

    public required Uri Address { get; init; }

    /// <summary>The address as it may be logged.</summary>
    public required string ShownAddress { get; init; }

    public required bool IsGrpc { get; init; }

    public required bool Compresses { get; init; }

    public required TimeSpan Timeout { get; init; }

    public required int MaxRequestBytes { get; init; }

    public required IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; }

    public required SpanLimits Limits { get; init; }

    public required Func<HttpClient?> GivenClient { get; init; }

    public required Func<HttpMessageHandler> OwnHandler { get; init; }

    public string Protocol => IsGrpc ? "grpc" : "http/protobuf";

    /// <summary>Reads the settings. A value that cannot be used is replaced and added to <see cref="OtlpContext.Ignored"/>.</summary>
    public static OtlpSettings Of(OtlpExporterOptions options, OtlpContext context)
    {
        bool isGrpc = options.Protocol != OtlpExportProtocol.HttpProtobuf;
        Uri endpoint = OtlpEndpoint.Validate(options.Endpoint, isGrpc, context);
        Uri address = isGrpc ? OtlpEndpoint.OfGrpc(endpoint) : OtlpEndpoint.OfHttp(endpoint, context);
        var certificates = OtlpCertificates.Load(context);
        Func<HttpClient?> given = options.HttpClientFactory;
        if (IsDefault(options.HttpClientFactory))
            given = certificates is null ? context.NamedClient : static () => null;
        TimeSpan timeout = TimeoutOf(options.TimeoutMilliseconds, context);
        string agent = string.IsNullOrWhiteSpace(options.UserAgentProductIdentifier)
            ? UserAgent
            : $"{options.UserAgentProductIdentifier} {UserAgent}";
        return new OtlpSettings
        {
            Address = address,
            ShownAddress = WorkerTracing.ShownAddress.Of(address.AbsoluteUri),
            IsGrpc = isGrpc,
            Compresses = options.Compression == OtlpExportCompression.GZip,
            Timeout = timeout,
            MaxRequestBytes = options.MaxRequestSizeBytes == UnsetMaxRequestBytes ? DefaultMaxRequestBytes : options.MaxRequestSizeBytes,
            Headers = [.. OtlpHeaders.Parse(options.Headers, context), new("User-Agent", agent)],
            Limits = SpanLimits.Read(context.Variable, context.Ignored.Add),
            GivenClient = given,
            OwnHandler = () => CreateHandler(certificates, timeout),
        };
    }

    private static TimeSpan TimeoutOf(int milliseconds, OtlpContext context)
    {
        if (milliseconds > 0)
            return TimeSpan.FromMilliseconds(milliseconds);
        if (milliseconds == System.Threading.Timeout.Infinite)
            return System.Threading.Timeout.InfiniteTimeSpan;
        context.Ignored.Add(
            "OtlpExporterOptions.TimeoutMilliseconds", milliseconds, "a positive number of milliseconds", DefaultTimeoutMilliseconds);
        return TimeSpan.FromMilliseconds(DefaultTimeoutMilliseconds);
    }

    /// <summary>Returns whether the factory is the one that the options have where the application sets none.</summary>
    private static bool IsDefault(Func<HttpClient> factory) =>
        factory.Target?.GetType().Assembly == typeof(OtlpExporterOptions).Assembly;

    private static SocketsHttpHandler CreateHandler(OtlpCertificates? certificates, TimeSpan timeout)
    {
        SocketsHttpHandler handler = SendClient.CreateHandler();
        if (timeout == System.Threading.Timeout.InfiniteTimeSpan || timeout / 2 > handler.ConnectTimeout)
            handler.ConnectTimeout = timeout == System.Threading.Timeout.InfiniteTimeSpan ? timeout : timeout / 2;

        // A connection that died without a word is noticed while a request waits on it, not only when its lifetime is over.
        handler.KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests;
        handler.KeepAlivePingDelay = TimeSpan.FromSeconds(5);
        handler.KeepAlivePingTimeout = TimeSpan.FromSeconds(5);
        certificates?.Apply(handler.SslOptions);
        return handler;
    }
}
