using System.Globalization;

namespace WorkerTracing;

/// <summary>
/// The attribute and span limits of the OpenTelemetry specification (<c>OTEL_ATTRIBUTE_*_LIMIT</c>, <c>OTEL_SPAN_*_LIMIT</c>,
/// <c>OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT</c>, <c>OTEL_LINK_ATTRIBUTE_COUNT_LIMIT</c>).
/// </summary>
internal sealed record SpanLimits
{
    private const int DefaultCount = 128;

    /// <summary>The longest value of an attribute of a scope: characters of a text, or bytes.</summary>
    public int ScopeValueLength { get; init; } = int.MaxValue;

    public int ScopeAttributeCount { get; init; } = DefaultCount;

    /// <summary>The longest value of an attribute of a span, an event or a link: characters of a text, or bytes.</summary>
    public int ValueLength { get; init; } = int.MaxValue;

    public int AttributeCount { get; init; } = DefaultCount;

    public int EventCount { get; init; } = DefaultCount;

    public int LinkCount { get; init; } = DefaultCount;

    public int EventAttributeCount { get; init; } = DefaultCount;

    public int LinkAttributeCount { get; init; } = DefaultCount;

    /// <summary>Reads the limits.</summary>
    /// <param name="variable">Gets the value of a variable, from the configuration or the environment.</param>
    /// <param name="ignored">Called with each variable that is not a whole number, its value, and what is used in its place.</param>
    public static SpanLimits Read(Func<string, string?> variable, Action<string, string, string>? ignored = null)
    {
        int valueLength = Number("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", int.MaxValue);
        int attributes = Number("OTEL_ATTRIBUTE_COUNT_LIMIT", DefaultCount);
        return new SpanLimits
        {
            ScopeValueLength = valueLength,
            ValueLength = Number("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", valueLength),
            ScopeAttributeCount = attributes,
            AttributeCount = Number("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", attributes),
            EventCount = Number("OTEL_SPAN_EVENT_COUNT_LIMIT", DefaultCount),
            LinkCount = Number("OTEL_SPAN_LINK_COUNT_LIMIT", DefaultCount),
            EventAttributeCount = Number("OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", attributes),
            LinkAttributeCount = Number("OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", attributes),
        };

        int Number(string name, int fallback)
        {
            string? text = variable(name);
            if (string.IsNullOrWhiteSpace(text))
                return fallback;
            const NumberStyles Style = NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite;
            if (int.TryParse(text, Style, CultureInfo.InvariantCulture, out int value))
                return value;
            ignored?.Invoke(name, text, fallback == int.MaxValue ? "no limit" : fallback.ToString(CultureInfo.InvariantCulture));
            return fallback;
        }
    }
}
