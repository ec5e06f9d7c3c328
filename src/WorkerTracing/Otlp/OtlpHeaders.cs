using System.Buffers;
using OpenTelemetry.Exporter;

namespace WorkerTracing;

/// <summary>
/// Reads headers in the form of the specification: <c>name=value</c>, separated by commas, with percent-encoded names and values. An entry
/// that cannot be used is skipped, and reported without its value.
/// </summary>
internal static class OtlpHeaders
{
    private static readonly SearchValues<char> TokenChars =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    public static IEnumerable<KeyValuePair<string, string>> Parse(string? headers, OtlpContext context)
    {
        foreach (string entry in (headers ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = entry.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? "" : Uri.UnescapeDataString(entry[..equals]).Trim();
            string value = equals < 0 ? "" : Uri.UnescapeDataString(entry[(equals + 1)..]).Trim();
            if (equals < 0)
                Ignore("an entry is not of the form name=value");
            else if (name.Length == 0 || name.AsSpan().ContainsAnyExcept(TokenChars))
                Ignore("a header's name holds characters that a name cannot have");
            else if (value.AsSpan().ContainsAnyExceptInRange(' ', '~'))
                Ignore($"the value of header '{name}' holds characters that a header cannot have");
            else
                yield return new KeyValuePair<string, string>(name, value);
        }

        void Ignore(string problem) => context.Ignored.AddHidden(NameOf(headers!, context), problem);
    }

    /// <summary>Gets the variable that the headers came from, or the option.</summary>
    private static string NameOf(string headers, OtlpContext context)
    {
        foreach (string variable in (ReadOnlySpan<string>)["OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS"])
        {
            if (context.Variable(variable) == headers)
                return variable;
        }

        return $"{nameof(OtlpExporterOptions)}.{nameof(OtlpExporterOptions.Headers)}";
    }
}
