namespace WorkerTracing;

/// <summary>Makes the address of a request from an endpoint.</summary>
internal static class OtlpEndpoint
{
    private const string TracesPath = "/v1/traces";
    private const string ServicePath = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
    private const string EverySignal = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Returns whether a request can be sent to the endpoint.</summary>
    public static bool IsValid(Uri endpoint) =>
        endpoint.IsAbsoluteUri && (endpoint.Scheme == Uri.UriSchemeHttp || endpoint.Scheme == Uri.UriSchemeHttps);

    /// <summary>Returns the endpoint, or the default one where it cannot be used.</summary>
    public static Uri Validate(Uri endpoint, bool isGrpc, OtlpContext context)
    {
        if (IsValid(endpoint))
            return endpoint;
        var used = new Uri(isGrpc ? "http://localhost:4317" : "http://localhost:4318");
        string text = endpoint.OriginalString;
        string name = context.Variable(EverySignal) == text ? EverySignal : "OtlpExporterOptions.Endpoint";
        context.Ignored.Add(name, ShownAddress.Of(text), ExpectedFor(text), used.OriginalString);
        return used;
    }

    /// <summary>Returns what is expected in the place of a text that is no endpoint: for a host and a port, the same with a scheme.</summary>
    public static string ExpectedFor(string? text) =>
        text?.Contains("://", StringComparison.Ordinal) == false && Uri.TryCreate($"http://{text}", UriKind.Absolute, out Uri? meant)
            ? $"an http or https address, such as http://{ShownAddress.Of(meant.Authority)}"
            : "an http or https address";

    public static Uri OfGrpc(Uri endpoint) => Append(endpoint, ServicePath);

    /// <summary>
    /// Appends the path of traces to an endpoint without a path and to the one for every signal. A path of another endpoint, and the
    /// endpoint that a variable sets for traces alone, are used as they are.
    /// </summary>
    public static Uri OfHttp(Uri endpoint, OtlpContext context)
    {
        if (endpoint == context.TracesEndpoint)
            return endpoint;
        bool isForEverySignal = Uri.TryCreate(context.Variable(EverySignal), UriKind.Absolute, out Uri? every) && endpoint == every;
        return isForEverySignal || endpoint.AbsolutePath == "/" ? Append(endpoint, TracesPath) : endpoint;
    }

    /// <summary>Appends a path in front of the query, unless the endpoint ends with it.</summary>
    private static Uri Append(Uri endpoint, string path)
    {
        string present = endpoint.AbsolutePath.TrimEnd('/');
        bool isPresent = present.EndsWith(path, StringComparison.OrdinalIgnoreCase);
        return new UriBuilder(endpoint) { Path = isPresent ? present : present + path }.Uri;
    }
}
