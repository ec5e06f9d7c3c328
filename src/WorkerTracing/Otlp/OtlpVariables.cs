using System.Globalization;
using OpenTelemetry.Exporter;

namespace WorkerTracing;

/// <summary>
/// The <c>OTEL_EXPORTER_OTLP_*</c> variables. A value that means nothing is ignored, as OpenTelemetry's own reading of them does, and is
/// remembered by the
/// variable's name alone: a value may hold a secret.
/// </summary>
internal sealed class OtlpVariables(Func<string, string?> read)
{
    private readonly List<string> _ignored = [];

    private delegate bool TryParse<T>(string text, out T? value);

    public IReadOnlyList<string> Ignored => _ignored;

    /// <returns>The endpoint, where these variables set one.</returns>
    public Uri? Apply(OtlpExporterOptions options, string prefix)
    {
        if (TryRead($"{prefix}PROTOCOL", TryParseProtocol, out OtlpExportProtocol protocol))
            options.Protocol = protocol;
        if (Text($"{prefix}HEADERS") is { } headers)
            options.Headers = headers;
        if (TryRead($"{prefix}TIMEOUT", TryParseMilliseconds, out int timeout))
            options.TimeoutMilliseconds = timeout;
        if (TryRead($"{prefix}COMPRESSION", TryParseCompression, out OtlpExportCompression compression))
            options.Compression = compression;
        if (!TryRead($"{prefix}ENDPOINT", TryParseEndpoint, out Uri? endpoint))
            return null;
        options.Endpoint = endpoint!;
        return endpoint;
    }

    // An address without a scheme parses too: localhost:4317 is one of the scheme "localhost".
    private static bool TryParseEndpoint(string text, out Uri? value) =>
        Uri.TryCreate(text, UriKind.Absolute, out value) && (value.Scheme == Uri.UriSchemeHttp || value.Scheme == Uri.UriSchemeHttps);

    private static bool TryParseMilliseconds(string text, out int value)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private static bool TryParseProtocol(string text, out OtlpExportProtocol value)
    {
        (bool known, value) = text.Trim() switch
        {
            "grpc" => (true, OtlpExportProtocol.Grpc),
            "http/protobuf" => (true, OtlpExportProtocol.HttpProtobuf),
            _ => (false, default),
        };
        return known;
    }

    private static bool TryParseCompression(string text, out OtlpExportCompression value)
    {
        (bool known, value) = text.Trim().ToUpperInvariant() switch
        {
            "NONE" => (true, OtlpExportCompression.None),
            "GZIP" => (true, OtlpExportCompression.GZip),
            _ => (false, default),
        };
        return known;
    }

    private string? Text(string variable) => read(variable) is { } text && !string.IsNullOrWhiteSpace(text) ? text : null;

    private bool TryRead<T>(string variable, TryParse<T> parse, out T? value)
    {
        value = default;
        if (Text(variable) is not { } text)
            return false;
        if (parse(text, out T? parsed))
        {
            value = parsed;
            return true;
        }

        _ignored.Add(variable);
        return false;
    }
}
