using System.Globalization;
using OpenTelemetry.Exporter;

namespace WorkerTracing;

/// <summary>The <c>OTEL_EXPORTER_OTLP_*</c> variables. A value that cannot be used is ignored and reported.</summary>
internal sealed class OtlpVariables(Func<string, string?> read, IgnoredSettings ignored)
{
    private delegate bool TryParse<T>(string text, out T? value);

    /// <summary>Sets the options that variables with a prefix name.</summary>
    /// <returns>The endpoint, where these variables set one.</returns>
    public Uri? Apply(OtlpExporterOptions options, string prefix)
    {
        if (TryRead(
            $"{prefix}PROTOCOL", TryParseProtocol, "grpc or http/protobuf", Name(options.Protocol), out OtlpExportProtocol protocol))
            options.Protocol = protocol;
        if (Text($"{prefix}HEADERS") is { } headers)
            options.Headers = headers;
        if (TryRead(
            $"{prefix}TIMEOUT", TryParseMilliseconds, "a positive number of milliseconds", options.TimeoutMilliseconds, out int timeout))
            options.TimeoutMilliseconds = timeout;
        if (TryRead(
            $"{prefix}COMPRESSION", TryParseCompression, "gzip or none", Name(options.Compression), out OtlpExportCompression compression))
            options.Compression = compression;
        string variable = $"{prefix}ENDPOINT";
        if (Text(variable) == options.Endpoint.OriginalString && !OtlpEndpoint.IsValid(options.Endpoint))
            return null; // OpenTelemetry's options have read it from the environment: OtlpEndpoint.Validate reports it
        string used = ShownAddress.Of(options.Endpoint.OriginalString);
        if (!TryRead(variable, TryParseEndpoint, OtlpEndpoint.ExpectedFor(Text(variable)), used, out Uri? endpoint))
            return null;
        options.Endpoint = endpoint!;
        return endpoint;
    }

    private static string Name(OtlpExportProtocol protocol) => protocol == OtlpExportProtocol.HttpProtobuf ? "http/protobuf" : "grpc";

    private static string Name(OtlpExportCompression compression) => compression == OtlpExportCompression.GZip ? "gzip" : "none";

    // An address without a scheme can be parsed as well: localhost:4317 is one with the scheme "localhost".
    private static bool TryParseEndpoint(string text, out Uri? value) =>
        Uri.TryCreate(text, UriKind.Absolute, out value) && OtlpEndpoint.IsValid(value);

    private static bool TryParseMilliseconds(string text, out int value) =>
        int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out value) && value > 0;

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

    private bool TryRead<T>(string variable, TryParse<T> parse, string expected, object used, out T? value)
    {
        value = default;
        if (Text(variable) is not { } text)
            return false;
        if (parse(text, out T? parsed))
        {
            value = parsed;
            return true;
        }

        ignored.Add(variable, ShownAddress.Of(text), expected, used);
        return false;
    }
}
